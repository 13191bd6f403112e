"""What the queries of one batch share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.retrievers.test_convex import ENCODER, PASSAGES, FixedEmbedder
from wardround.corpora.records import Passage
from wardround.retrievers import read_once
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.read_once import ReadOnce
from wardround.retrievers.settings import ConvexSettings
from wardround.retrievers.stores.memory import MemoryStore

KEYS = {name: passage_key(name) for name in "abc"}


class Counting(MemoryStore):
    """Remembers which keys were read."""

    def __init__(self) -> None:
        super().__init__(2)
        self.upsert(PASSAGES)
        self.passages_read: list[int] = []
        self.vectors_read: list[int] = []

    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        self.passages_read += keys
        return super().get_by_key(keys)

    def vectors_by_key(self, keys: Sequence[int]) -> Matrix:
        self.vectors_read += keys
        return super().vectors_by_key(keys)


def test_a_passage_is_read_once_however_many_queries_find_it() -> None:
    store = Counting()
    retriever = ConvexRetriever(store, FixedEmbedder(), ENCODER, ConvexSettings())
    retriever.search_many([f"fever {number}" for number in range(100)], 3)
    assert sorted(store.passages_read) == sorted(KEYS.values())
    assert sorted(store.vectors_read) == sorted(KEYS.values())


def test_unknown_keys_are_absent_among_passages() -> None:
    read = ReadOnce(Counting())
    assert list(read.passages([KEYS["b"], 7, KEYS["a"]])) == [KEYS["b"], KEYS["a"]]


@pytest.mark.parametrize("kept", [0, 2, 100])
def test_vectors_are_the_same_however_many_are_kept(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_once, "_KEPT_ROWS", kept)
    store = Counting()
    read = ReadOnce(store)
    for wanted in ([["a", "b"], []], [["b", "c"], ["c"]], [["a"]]):
        found = read.vectors([[KEYS[name] for name in names] for names in wanted])
        for names, rows in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(rows, store.vectors(names))
