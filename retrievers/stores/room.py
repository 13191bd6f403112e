"""Whether a disk has room for what is about to be written through a memory map.

Qdrant Edge writes into mapped files full of holes. When the disk cannot give a page, the kernel ends the process with
SIGBUS, which no code can turn into a message; so there must be room before the engine writes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from wardround.errors import StoreError
from wardround.retrievers.protocols import IndexedPassage

WRITER_MARGIN = 128_000_000
"""Bytes that must stay free beside what is written: the engine maps 33 MB at a time for each of vectors, payloads and
terms, which some file systems (tmpfs) fill when they are looked at; and others write meanwhile."""

READER_MARGIN = 8_000_000
"""Bytes that must be free to open an index for reading, which makes copies of its small files."""

_FIXED_BYTES = 1024
_TERM_BYTES = 16


def require_room(folder: Path, needed: int) -> None:
    """Passes when the disk of ``folder`` has room for ``needed`` bytes.

    Raises:
        StoreError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"the disk is full: {free // 1_000_000} MB are free at {folder}, {needed // 1_000_000} MB are "
            "needed; free space, then repeat; an index in use is not affected"
        )


def bytes_of(passages: Iterable[IndexedPassage]) -> int:
    """About what an engine needs for the passages, rather too much: vectors, payload and bookkeeping."""
    return sum(
        4 * item.dense.size + _TERM_BYTES * len(item.sparse.indices) + 4 * len(item.passage.contents) + _FIXED_BYTES
        for item in passages
    )


def bytes_ahead(passages: int, terms: int, payload_bytes: int, dimension: int) -> int:
    """The same for passages that are not encoded yet, with the dense vectors once more as a matrix.

    Args:
        passages: how many.
        terms: of all together, repetitions included.
        payload_bytes: of all together, as JSON.
        dimension: of their dense vectors.
    """
    return passages * (2 * 4 * dimension + _FIXED_BYTES) + _TERM_BYTES * terms + payload_bytes
