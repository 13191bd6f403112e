"""The NVIDIA GPUs of this machine, asked of the driver's own tool, so that torch need not be loaded."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

_QUERY = ("--query-gpu=name,memory.total,memory.free,compute_cap", "--format=csv,noheader,nounits")
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Gpu:
    """One device. Memory in GiB; ``capability`` is NVIDIA's compute capability, such as 9.0."""

    name: str
    memory: float
    free: float
    capability: float


def visible_gpus() -> tuple[Gpu, ...]:
    """What ``nvidia-smi`` lists; empty where there is no driver or it does not answer."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    try:
        listed = subprocess.run(  # noqa: S603  # a fixed command
            [tool, *_QUERY], capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=True
        )
    except (subprocess.SubprocessError, OSError):
        return ()
    return read_listing(listed.stdout)


def read_listing(listing: str) -> tuple[Gpu, ...]:
    """GPUs from lines of name, total MiB, free MiB, capability; a line that cannot be read is left out."""
    return tuple(gpu for line in listing.splitlines() if (gpu := _read(line)) is not None)


def _read(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.rsplit(",", 3)]
    try:
        name, total, free, capability = fields
        return Gpu(name, float(total) / 1024, float(free) / 1024, float(capability))
    except ValueError:
        return None
