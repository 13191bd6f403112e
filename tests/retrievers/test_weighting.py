"""Newness and evidence levels beside the score, by hand."""

from __future__ import annotations

import pytest

from wardround.corpora.evidence_levels import LADDER
from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.choose import with_stages
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import Hit
from wardround.retrievers.settings import Bm25Settings, StageSettings
from wardround.retrievers.staged import StagedRetriever
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.weighting import Preference, preferred, strength, weighed


def passage(name: str, text: str, year: int | None = None, types: tuple[str, ...] = ()) -> Passage:
    biblio = Biblio(title="", year=year, publication_types=types)
    return Passage(name, name, "c", 0, (), text, 0, len(text), biblio)


def hit(name: str, score: float, rank: int, year: int | None = None, types: tuple[str, ...] = ()) -> Hit:
    return Hit(passage(name, "gout", year, types), score, rank, "bm25")


HITS = [hit("old", 5.0, 1, 2000), hit("undated", 4.0, 2), hit("new", 3.0, 3, 2020), hit("last", 1.0, 4, 2010)]


def test_newness_by_hand() -> None:
    # Scaled scores 1, .75, .5 and 0; ages 20, none, 0 and 10 years of a half-life of 10.
    found = weighed(HITS, Preference(recency=0.8, half_life=10))
    assert [(one.passage.id, one.score, one.rank) for one in found] == [
        ("new", pytest.approx(0.5 + 0.8), 1),
        ("old", pytest.approx(1 + 0.2), 2),
        ("undated", pytest.approx(0.75), 3),
        ("last", pytest.approx(0.4), 4),
    ]


def test_evidence_by_hand() -> None:
    assert strength(["Practice Guideline"]) == 1
    assert strength(["Journal Article", "Randomized Controlled Trial"]) == pytest.approx(1 - 2 / 8)
    assert strength(["Journal Article"], ["Cohort Studies"]) == pytest.approx(1 - 4 / 8)
    assert strength(["Editorial"]) == strength(["Journal Article"]) == strength([]) == 0
    trial = hit("trial", 0.5, 2, types=("Randomized Controlled Trial",))
    found = weighed([hit("comment", 1.0, 1, types=("Comment",)), trial, hit("none", 0.0, 3)], Preference(evidence=0.9))
    assert [(one.passage.id, one.score) for one in found] == [("trial", 1.175), ("comment", 1.0), ("none", 0.0)]


def test_every_level_weighs_less_than_the_one_above_it() -> None:
    weights = [strength(sorted(level.publication_types)[:1]) for level in LADDER]
    assert weights == [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]


def test_without_weights_and_with_equal_scores_the_order_stays() -> None:
    assert [one.passage.id for one in weighed(HITS, Preference())] == [one.passage.id for one in HITS]
    equal = [hit("b", 2.0, 1), hit("a", 2.0, 2)]
    assert [(one.passage.id, one.score) for one in weighed(equal, Preference(evidence=1))] == [("b", 1.0), ("a", 1.0)]
    assert weighed([], Preference(recency=1)) == []


def test_a_search_is_weighed_as_the_settings_say() -> None:
    passages = [passage("a", "gout gout", 1990), passage("b", "gout", 2020), passage("c", "gout x")]
    bm25 = InMemoryBm25(passages, Bm25Settings())
    assert with_stages(bm25, MemoryStore(1), StageSettings(recency_half_life=3)) is bm25
    staged = with_stages(bm25, MemoryStore(1), StageSettings(recency_weight=2))
    assert [(one.passage.id, one.rank, one.retriever) for one in staged.search("gout", 2)] == [
        ("b", 1, "weighed(bm25)"),
        ("a", 2, "weighed(bm25)"),
    ]
    assert staged.search("gout", 0) == []
    assert staged.search_many(["gout", "fever"], 1)[1] == []


def test_what_lies_below_the_weighed_ones_stays_below() -> None:
    passages = [passage("a", "gout gout", 1990), passage("b", "gout", 2020), passage("c", "gout x", 2021)]
    stage = preferred(Preference(recency=2), 2)
    found = StagedRetriever(InMemoryBm25(passages, Bm25Settings()), stage, "weighed", 2).search("gout", 3)
    assert [one.passage.id for one in found] == ["b", "a", "c"]
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_preference_that_makes_no_sense_is_refused() -> None:
    for wrong in ({"recency": -1}, {"evidence": -0.1}, {"half_life": 0}):
        with pytest.raises(InputError, match="half-life must be positive"):
            Preference(**wrong)
