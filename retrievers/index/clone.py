"""A private copy of a store's folder that takes milliseconds and hardly any disk.

Qdrant Edge rewrites small files of a folder by merely opening it, so processes cannot share one. Its bulk files
(vectors, payloads, inverted index, graph) are only read, so a clone shares them with the original through hard links
and has copies of all others. A test compares checksums of the original before and after a clone was used.
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_ONLY_READ = re.compile(r"page_\d+\.dat|chunk_\d+\.mmap|matrix\.dat|inverted_index\.dat|.+\.bin|dense(-keys)?\.npy")
# Another file system, one without hard links or out of them, or files of another user under protected_hardlinks.
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS})


def clone_folder(source: Path, target: Path) -> None:
    """Makes ``target`` a clone of ``source``, sharing the files that readers only read.

    Raises:
        FileNotFoundError: ``source`` is missing or was removed meanwhile; ``target`` may be there in part.
        OSError: ``target`` cannot be written.
    """
    target.mkdir()
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                clone_folder(Path(entry.path), target / entry.name)
            elif not (_ONLY_READ.fullmatch(entry.name) and _linked(Path(entry.path), target / entry.name)):
                copy_sparsely(Path(entry.path), target / entry.name)


def copy_sparsely(source: Path, target: Path) -> None:
    """Copies a file without filling its holes: the engine's files are mostly holes (188 MB for 1 MB of content)."""
    with source.open("rb", buffering=0) as reading, target.open("wb", buffering=0) as writing:
        size = os.fstat(reading.fileno()).st_size
        position = 0
        while (start := _next_data(reading.fileno(), position, size)) < size:
            position = os.lseek(reading.fileno(), start, os.SEEK_HOLE)
            os.lseek(reading.fileno(), start, os.SEEK_SET)
            os.lseek(writing.fileno(), start, os.SEEK_SET)
            left = position - start
            while left and (block := reading.read(min(left, 1 << 20))):
                writing.write(block)
                left -= len(block)
        writing.truncate(size)


def _linked(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno in _NO_LINK:
            return False
        raise
    return True


def _next_data(descriptor: int, position: int, size: int) -> int:
    try:
        return os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole up to the end
            return size
        raise
