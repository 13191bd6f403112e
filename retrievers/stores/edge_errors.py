"""What the engine in this process raises, in one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wardround.errors import StoreError


@contextmanager
def engine_errors(folder: Path, action: str) -> Iterator[None]:
    """Turns what the engine raises into one line; the engine raises plain ``Exception`` and nothing else."""
    try:
        yield
    except Exception as error:
        if type(error) is not Exception:
            raise
        reason = " ".join(str(error).split())
        if "No space left" in reason:
            raise StoreError(
                f"the disk is full: cannot {action} the store at {folder}; free space, then repeat"
            ) from error
        raise StoreError(f"cannot {action} the store at {folder}: {reason}") from error
