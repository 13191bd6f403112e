"""Files that are either whole or not there: atomic writes, and paths that stay inside their folder.

Every room of the house may import this module; it imports nothing of ours but the errors.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from wardround.errors import InputError


def write_atomically(path: Path, data: bytes | str, *, mode: int = 0o644) -> None:
    """Replaces ``path`` by ``data`` in one step; after a crash the old file or the new one is there.

    The temporary file lies in the same folder, because ``os.replace`` is atomic only within one
    file system. File and folder are flushed to disk before the call returns.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(raw)
            flush_to_disk(handle)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_to_disk(handle: IO[bytes]) -> None:
    """Returns once everything written to ``handle`` has reached the disk."""
    handle.flush()
    os.fsync(handle.fileno())


def flush_folder(folder: Path) -> None:
    """Makes renames and deletions inside ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def confined(folder: Path, name: str) -> Path:
    """``folder / name``, refused when ``name`` would lead out of ``folder``.

    Raises:
        InputError: ``name`` is empty, absolute, or leaves the folder through ``..`` or a link.
    """
    root = folder.resolve()
    candidate = (root / name).resolve()
    if not name or candidate == root or not candidate.is_relative_to(root):
        raise InputError(f"{name!r} is not a name inside {folder}: use a plain name without '..' or '/'")
    return candidate


@contextmanager
def exclusive_lock(path: Path) -> Iterator[bool]:
    """Holds the lock file at ``path`` for the block; yields False when another process has it.

    The lock is the kernel's (``flock``), so it goes with its process, however that ends.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as handle:
        try:
            fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            fcntl.flock(handle.fileno(), fcntl.LOCK_UN)
