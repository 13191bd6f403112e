"""Batches by length."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wardround.retrievers.embedders.batching import batches_by_length, padded, truncated


def test_the_longest_come_first_and_a_batch_stays_within_its_tokens() -> None:
    assert list(batches_by_length([3, 10, 4, 9, 2], batch_size=3, max_padded=12)) == [[1], [3], [2, 0, 4]]


@given(st.lists(st.integers(1, 50)), st.integers(1, 8), st.integers(1, 100))
def test_every_text_is_in_one_batch(lengths: list[int], batch_size: int, max_padded: int) -> None:
    batches = list(batches_by_length(lengths, batch_size, max_padded))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= batch_size
        assert len(batch) == 1 or len(batch) * max(lengths[position] for position in batch) <= max_padded


def test_padding_stands_on_the_right() -> None:
    ids, mask = padded([[5, 6, 7], [8]], padding=9)
    assert np.array_equal(ids, [[5, 6, 7], [8, 9, 9]])
    assert np.array_equal(mask, [[1, 1, 1], [1, 0, 0]])


def test_truncation_keeps_the_closing_token() -> None:
    assert list(truncated([1, 2, 3, 4, 99], 4)) == [1, 2, 3, 99]
    assert list(truncated([1, 2, 99], 4)) == [1, 2, 99]
