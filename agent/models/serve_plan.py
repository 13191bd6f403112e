"""The exact command that serves a language model with vLLM on the hardware at hand."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wardround.agent.models.gpus import Gpu
from wardround.errors import ConfigError

_BFLOAT16_SINCE = 8.0
"""The compute capability (Ampere) from which NVIDIA's devices have bfloat16."""

_COMPACT_JSON = '{"backend": "guidance", "disable_any_whitespace": true}'
"""Where white space is free, small models indent until they run out of tokens."""

_CPU_SEQUENCES = 8
_CPU_CACHE_GIB = 2


@dataclass(frozen=True, slots=True)
class ServePlan:
    """A vLLM server that has not been started yet.

    Attributes:
        command: program and arguments.
        environment: variables to add to the present ones.
        base_url: where it will answer.
        name: what it will call the model.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    base_url: str
    name: str

    def as_shell(self) -> str:
        """The plan as one line to paste into a shell."""
        variables = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        return " ".join([*variables, shlex.join(self.command)])


def plan_server(
    model: str | Path,
    gpus: Sequence[Gpu],
    *,
    python: str | Path,
    name: str | None = None,
    port: int = 8000,
    context_tokens: int | None = None,
) -> ServePlan:
    """How to serve ``model`` to this machine alone.

    With GPUs: all of one kind that a power of two allows, tensor-parallel; the longest context that fits
    their memory; float16 where bfloat16 is missing. Without: vLLM's CPU build, without compilation, for
    trying out. Sampling defaults of the model's repository are left out, and so are usage reports.

    Args:
        model: folder or hub name.
        gpus: devices of this machine.
        python: interpreter of the environment that holds vLLM.
        name: name to serve it by; the folder's or hub name by default.
        port: on the loopback interface.
        context_tokens: length of prompt and reply; as long as fits by default.

    Raises:
        ConfigError: the GPUs are of different kinds, so that which to use must be said.
    """
    folder = Path(model).resolve() if Path(model).is_dir() else None
    served = name or (folder.name if folder else str(model))
    options = {
        "--model": str(folder or model),
        "--served-model-name": served,
        "--host": "127.0.0.1",
        "--port": str(port),
        "--generation-config": "vllm",
        "--max-model-len": str(context_tokens) if context_tokens else "auto",
        "--structured-outputs-config": _COMPACT_JSON,
    }
    environment = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if folder:
        environment["HF_HUB_OFFLINE"] = "1"
    switches = _for_gpus(options, gpus) if gpus else _for_cpu(options, environment)
    program = (str(python), "-m", "vllm.entrypoints.openai.api_server")
    arguments = tuple(word for pair in options.items() for word in pair)
    return ServePlan(program + arguments + switches, environment, f"http://127.0.0.1:{port}/v1", served)


def _for_gpus(options: dict[str, str], gpus: Sequence[Gpu]) -> tuple[str, ...]:
    if len({gpu.name for gpu in gpus}) > 1:
        names = ", ".join(gpu.name for gpu in gpus)
        raise ConfigError(f"the GPUs differ ({names}): choose those of one kind with CUDA_VISIBLE_DEVICES")
    if gpus[0].capability < _BFLOAT16_SINCE:
        options["--dtype"] = "half"
    if len(gpus) > 1:
        options["--tensor-parallel-size"] = str(1 << (len(gpus).bit_length() - 1))
    return ()


def _for_cpu(options: dict[str, str], environment: dict[str, str]) -> tuple[str, ...]:
    environment["VLLM_CPU_KVCACHE_SPACE"] = str(_CPU_CACHE_GIB)
    environment["VLLM_CPU_OMP_THREADS_BIND"] = f"0-{(os.cpu_count() or 1) - 1}"  # by itself it leaves one idle
    options["--max-num-seqs"] = str(_CPU_SEQUENCES)
    return ("--enforce-eager",)
