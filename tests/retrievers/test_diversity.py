"""Diversity and grouping by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.diversity import by_document, diverse
from wardround.retrievers.protocols import Hit, IndexedPassage, SparseVector
from wardround.retrievers.stores.memory import MemoryStore


def hit(name: str, score: float, document: str = "d") -> Hit:
    return Hit(Passage(name, document, "c", 0, (), "x", 0, 1, Biblio(title="")), score, 1, "x")


@pytest.fixture
def store() -> MemoryStore:
    made = MemoryStore(2)
    for name, vector in {"a": (1, 0), "b": (1, 0), "c": (0, 1), "d": (0.6, 0.8)}.items():
        one = hit(name, 0).passage
        made.upsert([IndexedPassage(one, np.array(vector, dtype=np.float32), SparseVector((), ()))])
    return made


HITS = [hit("a", 1.0), hit("b", 0.9), hit("c", 0.0)]


def test_a_hit_like_one_before_it_waits(store: MemoryStore) -> None:
    found = diverse(store, 0.5)("", HITS)
    # b is as a is: 0.5 * 0.9 - 0.5 * 1 = -0.05, below 0 of c.
    assert [(one.passage.id, one.score) for one in found] == [
        ("a", 0.5),
        ("c", 0.0),
        ("b", pytest.approx(-0.05)),
    ]


def test_relevance_alone_and_unlikeness_alone(store: MemoryStore) -> None:
    assert [one.passage.id for one in diverse(store, 1.0)("", HITS)] == ["a", "b", "c"]
    assert [one.passage.id for one in diverse(store, 0.0)("", HITS)] == ["a", "c", "b"]
    with pytest.raises(InputError, match="between 0 and 1"):
        diverse(store, 1.5)


def test_hits_beyond_the_depth_stay_behind(store: MemoryStore) -> None:
    found = diverse(store, 0.5, depth=2)("", [*HITS, hit("d", -1.0)])
    assert [one.passage.id for one in found] == ["a", "b", "c", "d"]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_document_takes_so_many_places() -> None:
    hits = [hit("a", 4, "d1"), hit("b", 3, "d1"), hit("c", 2, "d2"), hit("d", 1, "d1")]
    assert [one.passage.id for one in by_document()("", hits)] == ["a", "c"]
    assert [one.passage.id for one in by_document(2)("", hits)] == ["a", "b", "c"]
