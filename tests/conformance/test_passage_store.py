"""What every ``PassageStore`` promises, asked of all of them.

The server store runs here against qdrant-client's local mode, a reimplementation of the server in Python by its
makers: no server binary is on the package indexes. What differs between that and a real server (errors, timeouts,
overload) is tested in ``tests/retrievers/stores/test_server_faults.py`` with faults injected over HTTP.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.conformance.passage_stores import DIMENSION, axis, ids, item, terms
from wardround.corpora.records import Biblio
from wardround.errors import StoreError
from wardround.retrievers.protocols import IndexedPassage, PassageStore, SparseVector, Where

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]


def test_an_empty_store_finds_counts_and_scrolls_nothing(store: PassageStore) -> None:
    assert store.search_dense(axis(0), 5) == []
    assert store.search_sparse(terms(1), 5) == []
    assert store.count() == 0
    assert list(store.scroll()) == []
    assert store.get(["c:a#0"]) == []
    assert store.vectors([]).shape == (0, DIMENSION)


def test_dense_hits_come_by_falling_cosine_with_ranks_from_one(store: PassageStore) -> None:
    store.upsert(
        [item("far", axis(1)), item("near", axis(0, 1, 0.25)), item("same", axis(0)), item("mid", axis(0, 1, 0.5))]
    )
    hits = store.search_dense(axis(0), 3)
    assert ids(hits) == ["c:same#0", "c:near#0", "c:mid#0"]
    assert [hit.score for hit in hits] == [1.0, 0.75, 0.5]
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert {hit.retriever for hit in hits} == {"dense"}


def test_cosine_does_not_depend_on_the_length_of_vectors(store: PassageStore) -> None:
    store.upsert([item("a", 3 * axis(0, 1, 0.5)), item("b", 0.5 * axis(0, 1, 0.25))])
    assert [(hit.passage.id, hit.score) for hit in store.search_dense(2 * axis(0), 5)] == [
        ("c:b#0", 0.75),
        ("c:a#0", 0.5),
    ]
    np.testing.assert_allclose(np.linalg.norm(store.vectors(["c:a#0", "c:b#0"]), axis=1), [1, 1], atol=1e-6)


def test_sparse_scores_are_the_dot_product_weighted_by_qdrants_idf(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {1: 0.5, 2: 0.5}), item("b", axis(0), {1: 0.4}), item("c", axis(0), {3: 1.0})])
    common, rare = math.log((3 - 2 + 0.5) / (2 + 0.5) + 1), math.log((3 - 1 + 0.5) / (1 + 0.5) + 1)
    hits = store.search_sparse(SparseVector((1, 2), (1.0, 2.0)), 5)
    assert ids(hits) == ["c:a#0", "c:b#0"]
    assert [hit.score for hit in hits] == pytest.approx([0.5 * common + rare, 0.4 * common], abs=1e-5)
    assert [(hit.rank, hit.retriever) for hit in hits] == [(1, "bm25"), (2, "bm25")]


def test_a_sparse_query_without_a_matching_term_finds_nothing(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {1: 0.5}), item("no terms", axis(0))])
    assert store.search_sparse(terms(7), 5) == []
    assert store.search_sparse(SparseVector((), ()), 5) == []


def test_term_ids_use_all_thirty_two_bits(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {2**32 - 1: 0.5}), item("b", axis(0), {2**31: 0.5})])
    assert ids(store.search_sparse(terms(2**32 - 1), 5)) == ["c:a#0"]


def test_ties_are_broken_by_passage_id_even_at_the_cut(store: PassageStore) -> None:
    names = [f"n{number:02}" for number in range(40)]
    store.upsert([item(name, axis(0), {1: 0.5}) for name in reversed(names)])
    expected = [f"c:{name}#0" for name in names]
    for k in (1, 7, 40):
        assert ids(store.search_dense(axis(0), k)) == expected[:k]
        assert ids(store.search_sparse(terms(1), k)) == expected[:k]


def test_k_beyond_the_size_returns_all_and_k_zero_nothing(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {1: 0.5}), item("b", axis(1), {1: 0.4})])
    assert len(store.search_dense(axis(0), 1000)) == 2
    assert len(store.search_sparse(terms(1), 1000)) == 2
    assert store.search_dense(axis(0), 0) == []
    assert store.search_sparse(terms(1), 0) == []


def test_upsert_replaces_vectors_and_passage(store: PassageStore) -> None:
    first = item("a", axis(0), {1: 0.5}, year=1999)
    store.upsert([first, item("b", axis(2), {9: 0.5})])
    second = item("a", axis(1), {2: 0.5}, year=2020)
    store.upsert([second])
    assert store.count() == 2
    assert store.get(["c:a#0"]) == [second.passage]
    assert store.search_dense(axis(1), 1)[0].passage == second.passage
    assert store.search_sparse(terms(1), 5) == []
    assert ids(store.search_sparse(terms(2), 5)) == ["c:a#0"]
    assert store.count(Where(year_to=2000)) == 0


def test_the_last_of_equal_ids_in_one_upsert_stays(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {1: 0.5}), item("a", axis(1), {2: 0.5})])
    assert store.count() == 1
    np.testing.assert_array_equal(store.vectors(["c:a#0"]), [axis(1)])


def test_delete_removes_what_exists_and_ignores_the_rest(store: PassageStore) -> None:
    store.upsert([item("a", axis(0), {1: 0.5}), item("b", axis(0), {1: 0.5})])
    store.delete(["c:a#0", "c:unknown#0"])
    store.delete([])
    store.upsert([])
    assert [passage.id for passage in store.scroll()] == ["c:b#0"]
    assert ids(store.search_dense(axis(0), 5)) == ["c:b#0"]
    assert ids(store.search_sparse(terms(1), 5)) == ["c:b#0"]


def test_get_keeps_the_order_asked_for_and_leaves_out_unknown_ids(store: PassageStore) -> None:
    items = {name: item(name, axis(0)) for name in "abc"}
    store.upsert(list(items.values()))
    assert store.get(["c:c#0", "c:nothing#0", "c:a#0"]) == [items["c"].passage, items["a"].passage]


def test_vectors_come_in_the_order_asked_for_and_unknown_ids_are_an_error(store: PassageStore) -> None:
    store.upsert([item("a", axis(0)), item("b", axis(1))])
    got = store.vectors(["c:b#0", "c:a#0", "c:b#0"])
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, [axis(1), axis(0), axis(1)])
    with pytest.raises(StoreError, match="c:nothing#0"):
        store.vectors(["c:a#0", "c:nothing#0"])


def test_scroll_yields_every_passage_once_over_many_pages(store: PassageStore) -> None:
    expected = {f"c:{number}#0" for number in range(700)}
    store.upsert([item(str(number), axis(number % DIMENSION)) for number in range(700)])
    seen = [passage.id for passage in store.scroll()]
    assert len(seen) == 700
    assert set(seen) == expected


def test_every_field_and_every_character_survives(store: PassageStore) -> None:
    full = replace(
        item("β/ü ~ %2e", axis(0), {1: 0.5}).passage,
        heading=("Δοσολογία", "用法 \N{PILL}"),
        text="µg/kg ≥ 1.5 \u0000 \u2028 \U0001f48a e\u0301 – “quoted”",
        start=17,
        end=2**40,
        ordinal=12,
        biblio=Biblio(
            title="Ünïcödé",
            year=0,
            organisation="WHO",
            journal="Łódź J",
            authors=("Å B", "C D"),
            doi="10.1/x",
            pmid="1",
            pmcid="PMC1",
            url="https://example.org/ä",
            licence="CC BY 4.0",
            language="en",
            publication_types=("Guideline",),
            mesh=("Humans",),
            retracted=True,
            note="A summary.",
        ),
    )
    bare = replace(full, id="c:bare#0", heading=(), text="", biblio=Biblio(title=""))
    store.upsert([IndexedPassage(full, axis(0), terms(1)), IndexedPassage(bare, axis(1), terms(1))])
    assert store.get([full.id, bare.id]) == [full, bare]
    assert store.search_dense(axis(0), 1)[0].passage == full
    assert sorted(store.scroll(), key=lambda passage: passage.id) == sorted([full, bare], key=lambda p: p.id)


def test_a_vector_of_another_dimension_is_refused_and_nothing_is_added(store: PassageStore) -> None:
    wrong = np.ones(DIMENSION + 1, dtype=np.float32)
    with pytest.raises(StoreError, match=r"8 dimensions"):
        store.upsert([item("a", axis(0)), item("b", wrong)])
    with pytest.raises(StoreError, match=r"8 dimensions"):
        store.search_dense(wrong, 3)
    assert store.count() == 0


def test_closing_twice_does_nothing(store: PassageStore) -> None:
    store.close()
    store.close()
