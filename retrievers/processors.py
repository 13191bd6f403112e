"""Where models that run in this process compute, and torch in which numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from wardround.errors import ConfigError

if TYPE_CHECKING:
    import torch


def cores() -> int:
    """How many this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def device_named(wanted: str, setting: str) -> str:
    """``cpu`` or ``cuda``; of ``auto`` a GPU if there is any.

    Raises:
        ConfigError: ``setting`` wants a GPU, and torch sees none.
    """
    import torch

    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise ConfigError(f"{setting} is cuda, but torch sees no GPU: set it to cpu or auto")
    return "cuda" if available and wanted != "cpu" else "cpu"


def dtype_named(wanted: str, device: str) -> torch.dtype:
    """The numbers that a model computes in; of ``auto`` bfloat16 where ``device`` computes in it quickly."""
    import torch

    if wanted != "auto":
        return torch.bfloat16 if wanted == "bfloat16" else torch.float32
    computes_in_bf16 = torch.cuda.is_bf16_supported() if device == "cuda" else _cpu_computes_in_bf16()
    return torch.bfloat16 if computes_in_bf16 else torch.float32


def _cpu_computes_in_bf16() -> bool:
    import torch

    # Without such units torch emulates bfloat16, slower than float32. Releases before 2.12 do not tell.
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(capabilities.get(unit, False) for unit in ("avx512_bf16", "amx_bf16", "arm_bf16"))
