"""Which texts are embedded together: those of similar length, because padding is work for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]


def batches_by_length(lengths: Sequence[int], batch_size: int, max_padded: int) -> Iterator[list[int]]:
    """Positions of texts, longest first, so that memory peaks in the first batch and not in the last.

    Args:
        lengths: tokens of each text, at least 1.
        batch_size: texts in a batch at most.
        max_padded: tokens of a batch at most, padding included; a longer text is a batch of its own.
    """
    longest_first = sorted(range(len(lengths)), key=lambda position: -lengths[position])
    start = 0
    while start < len(longest_first):
        size = max(1, min(batch_size, max_padded // lengths[longest_first[start]]))
        yield longest_first[start : start + size]
        start += size


def padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[Tokens, Tokens]:
    """Token ids and attention mask, each of shape (len(rows), longest row); padding stands on the right."""
    ids = np.full((len(rows), max(len(row) for row in rows)), padding, dtype=np.int64)
    mask = np.zeros_like(ids)
    for position, row in enumerate(rows):
        ids[position, : len(row)] = row
        mask[position, : len(row)] = 1
    return ids, mask


def truncated(row: Sequence[int], max_tokens: int) -> Sequence[int]:
    """``row`` cut to ``max_tokens``, its closing special token kept."""
    return row if len(row) <= max_tokens else [*row[: max_tokens - 1], row[-1]]
