"""Passages that say the same take one place in the hits."""

from __future__ import annotations

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import Hit
from wardround.retrievers.twins import without_twins


def hit(name: str, rank: int, *same_as: str, retracted: bool = False) -> Hit:
    biblio = Biblio(name, retracted=retracted)
    return Hit(Passage(name, name, "c", 0, (), "text", 0, 4, biblio, same_as), 1 / rank, rank, "rrf(bm25,dense)")


def found(hits: list[Hit], k: int) -> list[tuple[str, int, float]]:
    return [(one.passage.id, one.rank, one.score) for one in without_twins(hits, k)]


def test_hits_without_twins_stay_as_they_are() -> None:
    hits = [hit("a", 1), hit("b", 2), hit("c", 3)]
    assert without_twins(hits, 3) == hits
    assert without_twins(hits, 2) == hits[:2]


def test_the_next_hit_moves_up_into_the_place_of_a_twin() -> None:
    hits = [hit("a", 1, "b"), hit("b", 2, "a"), hit("c", 3)]
    assert found(hits, 2) == [("a", 1, 1.0), ("c", 2, 1 / 3)]


def test_the_twin_that_is_known_to_be_retracted_is_the_one_that_is_shown() -> None:
    hits = [hit("a", 1, "b"), hit("c", 2), hit("b", 3, "a", retracted=True)]
    assert found(hits, 2) == [("b", 1, 1.0), ("c", 2, 1 / 2)]
