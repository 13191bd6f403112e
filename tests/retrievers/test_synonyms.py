"""Other names of what a query is about: added only where nothing is ambiguous, and nothing taken away."""

from __future__ import annotations

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.rephrased import RephrasedRetriever
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.synonyms import Synonyms
from wardround.retrievers.terminology import concept, drug

KNOWN = Synonyms(
    [
        concept("diabetes mellitus", "sugar diabetes"),
        concept("type 2 diabetes mellitus", "T2DM", "adult-onset diabetes"),
        concept("gout", "podagra", "urate arthritis", "gouty arthritis", "tophaceous disease"),
        concept("cold", "common cold"),
        concept("chronic lung disease", "cold"),
        concept("COLD"),
        drug("metformin", "Glucophage", "Glucovance", "Glu"),
        drug("glyburide", "Glucovance"),
        drug("warfarin", "Coumadin"),
        drug("warfarin", "coumadin", "Jantoven"),  # of another file
    ]
)


@pytest.mark.parametrize(
    ("query", "added"),
    [
        ("Is gout painful?", ["podagra", "urate arthritis", "gouty arthritis"]),
        ("podagra without gout", ["urate arthritis", "gouty arthritis"]),
        ("no type 2 diabetes mellitus", ["T2DM", "adult-onset diabetes"]),
        ("diabetes mellitus", ["sugar diabetes"]),
        ("a cold", []),  # three concepts have that name
        ("T2DM", ["type 2 diabetes mellitus", "adult-onset diabetes"]),
        ("goutweed", []),
        ("", []),
        ("Is glucophage safe?", ["metformin"]),
        ("Is metformin safe?", []),  # its brands say no more
        ("Glucophage (metformin)", []),
        ("Glucovance", []),  # two drugs in one
        ("Glu", []),  # too short
        ("COUMADIN or jantoven", ["warfarin"]),
    ],
)
def test_names_of_one_concept_are_added(query: str, added: list[str]) -> None:
    assert KNOWN.of(query) == added


def test_nothing_of_a_query_is_taken_away() -> None:
    assert KNOWN.beside("No Coumadin, not in gout?") == (
        "No Coumadin, not in gout? warfarin podagra urate arthritis gouty arthritis"
    )


def test_a_retriever_searches_for_the_other_names_too() -> None:
    passage = Passage("a", "a", "c", 0, (), "Podagra hurts.", 0, 14, Biblio(title=""))
    bm25 = InMemoryBm25([passage], Bm25Settings())
    assert bm25.search("gout", 3) == []
    expanded = RephrasedRetriever(bm25, KNOWN.beside, "expanded")
    (hit,) = expanded.search("gout", 3)
    assert (hit.passage.id, hit.rank, hit.retriever) == ("a", 1, "expanded(bm25)")
    assert [len(hits) for hits in expanded.search_many(["gout", "cold"], 3)] == [1, 0]
