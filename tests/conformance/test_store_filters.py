"""Filters, asked of every ``PassageStore``."""

from __future__ import annotations

import pytest

from tests.conformance.passage_stores import axis, ids, item, terms
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, PassageStore, Where

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (EVERYWHERE, ["g:old#0", "g:new#0", "p:trial#0", "p:undated#0"]),
        (Where(corpora=("g",)), ["g:new#0", "g:old#0"]),
        (Where(corpora=("g", "p")), ["g:new#0", "g:old#0", "p:trial#0", "p:undated#0"]),
        (Where(corpora=("absent",)), []),
        (Where(year_from=2010), ["g:new#0", "p:trial#0"]),
        (Where(year_to=2010), ["g:old#0", "p:trial#0"]),
        (Where(year_from=2010, year_to=2010), ["p:trial#0"]),
        (Where(publication_types=("Review",)), ["g:new#0"]),
        (Where(publication_types=("Review", "Randomized Controlled Trial")), ["g:new#0", "p:trial#0"]),
        (Where(publication_types=("review",)), ["g:new#0"]),
        (Where(publication_types=("Reviews",)), []),
        (Where(evidence=("guideline",)), ["g:new#0", "g:old#0"]),
        (Where(evidence=("randomised trial", "case report")), ["p:trial#0"]),
        (Where(evidence=("narrative review or opinion",)), []),
        (Where(retracted=False), ["g:new#0", "g:old#0", "p:undated#0"]),
        (Where(retracted=True), ["p:trial#0"]),
        (Where(corpora=("p",), year_from=2000, publication_types=("Journal Article",), retracted=True), ["p:trial#0"]),
        (Where(corpora=("g",), retracted=True), []),
    ],
)
def test_filters_hold_for_both_searches_and_for_counts(store: PassageStore, where: Where, expected: list[str]) -> None:
    store.upsert(
        [
            item("old", axis(0), {1: 0.5}, "g", year=1999, publication_types=("Guideline",)),
            item("new", axis(0), {1: 0.5}, "g", year=2020, publication_types=("Guideline", "Review")),
            item(
                "trial",
                axis(0),
                {1: 0.5},
                "p",
                year=2010,
                publication_types=("Journal Article", "Randomized Controlled Trial"),
                retracted=True,
            ),
            item("undated", axis(0), {1: 0.5}, "p"),
        ]
    )
    assert ids(store.search_dense(axis(0), 10, where)) == sorted(expected)
    assert ids(store.search_sparse(terms(1), 10, where)) == sorted(expected)
    assert store.count(where) == len(expected)


def test_filters_do_not_change_the_idf(store: PassageStore) -> None:
    store.upsert(
        [item("a", axis(0), {1: 0.5}, "x"), item("b", axis(0), {1: 0.5}, "y"), item("c", axis(0), {2: 0.5}, "y")]
    )
    free, filtered = store.search_sparse(terms(1), 5), store.search_sparse(terms(1), 5, Where(corpora=("x",)))
    assert filtered[0].score == free[0].score


def test_only_the_passages_that_are_named_are_found(store: PassageStore) -> None:
    store.upsert([item(name, axis(0), {1: 0.5}) for name in "abc"])
    named = Where(passage_ids=("c:b#0", "c:a#0", "c:unknown#0"))
    assert ids(store.search_dense(axis(0), 5, named)) == ["c:a#0", "c:b#0"]
    assert ids(store.search_sparse(terms(1), 5, named)) == ["c:a#0", "c:b#0"]
    assert store.count(named) == 2


def test_journal_language_and_mesh_can_be_filtered_by(store: PassageStore) -> None:
    store.upsert(
        [
            item(
                "a", axis(0), {1: 0.5}, journal="BMJ (Clinical research ed.)", language="eng", mesh=("Sepsis", "Humans")
            ),
            item("b", axis(0), {1: 0.5}, journal="The Lancet", language="ger", mesh=("*Gout/blood/*drug therapy",)),
            item("c", axis(0), {1: 0.5}),
        ]
    )
    for where, found in (
        (Where(journals=("BMJ", "Lancet")), ["c:a#0", "c:b#0"]),
        (Where(languages=("ger",)), ["c:b#0"]),
        (Where(journals=("lancet",)), ["c:b#0"]),
        (Where(journals=("BMJ (clinical research ed.)",)), ["c:a#0"]),
        (Where(journals=("BM",)), []),
        (Where(languages=("German", "fr")), ["c:b#0"]),
        (Where(mesh=("Humans", "Gout")), ["c:a#0", "c:b#0"]),
        (Where(mesh=("Humans", "Gout"), languages=("eng",)), ["c:a#0"]),
        (Where(mesh=("gout",)), ["c:b#0"]),
        (Where(mesh=("Gout/drug therapy",)), ["c:b#0"]),
        (Where(mesh=("*Gout/blood/*drug therapy",)), ["c:b#0"]),
        (Where(mesh=("Gout/surgery",)), []),
        (Where(mesh=("drug therapy",)), []),
        (Where(mesh=("Unknown",)), []),
    ):
        assert ids(store.search_dense(axis(0), 5, where)) == found
        (ranked,) = store.rank_sparse([terms(1)], 5, where)
        assert sorted(ranked) == sorted(map(passage_key, found))
        assert store.count(where) == len(found)
