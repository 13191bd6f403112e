"""Vectors of queries in blocks, each embedded while the caller is busy with the one before."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

import numpy as np
import pytest

from wardround.errors import BackendError
from wardround.retrievers.embedders.remembered import RememberedQueries
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.query_vectors import QueryVectors


class Observed:
    """An ``Embedder`` that remembers its batches, and fails at one text."""

    dimension, fingerprint, max_tokens = 2, "observed", 8

    def __init__(self, fails_at: str = "") -> None:
        self.batches: list[list[str]] = []
        self.fails_at = fails_at
        self.second_begun = Event()

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        if self.fails_at in texts:
            raise BackendError("the embedder is out of order")
        self.batches.append(list(texts))
        if len(self.batches) == 2:
            self.second_begun.set()
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    embed_passages = embed_queries

    def count_tokens(self, text: str) -> int:
        return len(text)


def test_blocks_come_in_their_order_and_nothing_is_embedded_twice() -> None:
    embedder = Observed()
    vectors = QueryVectors(embedder)
    found = list(vectors.ahead([["a", "bb"], ["ccc"], ["bb", "dddd"]]))
    assert [[row[0] for row in block] for block in found] == [[1, 2], [3], [2, 4]]
    assert embedder.batches == [["a", "bb"], ["ccc"], ["dddd"]]
    assert list(vectors.ahead([])) == []


def test_the_next_block_is_embedded_while_the_caller_works() -> None:
    embedder = Observed()
    coming = QueryVectors(embedder).ahead([["a"], ["bb"], ["ccc"]])
    next(coming)
    assert embedder.second_begun.wait(timeout=10)
    coming.close()
    assert embedder.batches == [["a"], ["bb"]]


def test_a_failure_is_raised_where_its_block_is_due() -> None:
    coming = QueryVectors(Observed(fails_at="bb")).ahead([["a"], ["bb"], ["ccc"]])
    next(coming)
    with pytest.raises(BackendError, match="out of order"):
        next(coming)


def test_an_embedder_that_remembers_gives_the_same_vectors_and_computes_each_query_once() -> None:
    observed = Observed()
    remembered = RememberedQueries(observed)
    assert remembered.embed_queries(["ab", "c", "ab"]).tolist() == [[2, 1], [1, 1], [2, 1]]
    assert remembered.embed_queries(["c"]).tolist() == [[1, 1]]
    assert remembered.embed_queries([]).shape == (0,)
    assert observed.batches == [["ab", "c"], []]
    assert remembered.embed_passages(["c"]).tolist() == [[1, 1]]
    assert (remembered.dimension, remembered.fingerprint, remembered.max_tokens) == (2, "observed", 8)
    assert remembered.count_tokens("abc") == 3
