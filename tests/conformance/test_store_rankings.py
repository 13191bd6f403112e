"""Rankings and scores by key, asked of every ``PassageStore``, and that all of them rank alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conformance.passage_stores import DIMENSION, MAKERS, axis, ids, item, terms
from wardround.errors import StoreError
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, IndexedPassage, PassageStore, SparseVector, Where
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.stores.server import ServerStore

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]


def random_collection() -> list[IndexedPassage]:
    """300 passages, some of them with vectors equal to another's."""
    rng = np.random.default_rng(20261122)
    items: list[IndexedPassage] = []
    for number in range(300):
        dense = rng.standard_normal(DIMENSION).astype(np.float32)
        dense /= np.linalg.norm(dense)
        weights = {int(term): float(rng.random()) for term in rng.zipf(1.3, size=30) % 500}
        if number % 10 == 9:
            dense, twin = items[-1].dense, items[-1].sparse
            weights = dict(zip(twin.indices, twin.values, strict=True))
        items.append(
            item(f"r{number}", dense, weights, "ab"[number % 2], year=1990 + number % 30, retracted=number % 7 == 0)
        )
    return items


def test_all_stores_rank_a_random_collection_alike(tmp_path: Path) -> None:
    items = random_collection()
    stores = {name: make(tmp_path) for name, make in MAKERS.items()}
    for made in stores.values():
        for first in range(0, len(items), 64):
            made.upsert(items[first : first + 64])
        if not isinstance(made, MemoryStore):
            made.seal()  # type: ignore[attr-defined]
    rng = np.random.default_rng(7)
    for round_number in range(40):
        dense = rng.standard_normal(DIMENSION).astype(np.float32)
        sparse = SparseVector(tuple(sorted({int(term) for term in rng.zipf(1.3, size=6) % 500})), ())
        sparse = SparseVector(sparse.indices, tuple(float(rng.integers(1, 3)) for _ in sparse.indices))
        where = [EVERYWHERE, Where(corpora=("a",), year_from=2000), Where(retracted=False)][round_number % 3]
        expected_dense = stores["memory"].search_dense(dense, 25, where)
        expected_sparse = stores["memory"].search_sparse(sparse, 25, where)
        for name in ("edge", "server"):
            found_dense, found_sparse = (
                stores[name].search_dense(dense, 25, where),
                stores[name].search_sparse(sparse, 25, where),
            )
            assert ids(found_dense) == ids(expected_dense), name
            assert ids(found_sparse) == ids(expected_sparse), name
            by_key, expected_keys = [stores[one].rank_dense([dense], 25, where)[0] for one in (name, "memory")]
            assert list(by_key) == list(expected_keys), name
            assert [h.score for h in found_dense] == pytest.approx([h.score for h in expected_dense], abs=2e-5)
            assert [h.score for h in found_sparse] == pytest.approx(
                [h.score for h in expected_sparse], rel=2e-6, abs=2e-5
            )
    for made in stores.values():
        made.close()


def test_an_edge_store_keeps_its_passages_across_reopening(tmp_path: Path) -> None:
    items = random_collection()
    made = EdgeStore.create(tmp_path / "edge", DIMENSION)
    made.upsert(items)
    made.seal()
    before = [made.search_dense(items[0].dense, 20), made.search_sparse(items[5].sparse, 20, Where(corpora=("b",)))]
    made.close()
    again = EdgeStore.open(tmp_path / "edge", DIMENSION)
    assert [
        again.search_dense(items[0].dense, 20),
        again.search_sparse(items[5].sparse, 20, Where(corpora=("b",))),
    ] == before
    assert again.count() == 300
    again.close()


def test_a_server_store_keeps_its_passages_across_reopening(tmp_path: Path) -> None:
    from qdrant_client import QdrantClient

    items = random_collection()
    client = QdrantClient(path=str(tmp_path / "local"))
    made = ServerStore.create(client, "passages", DIMENSION, Calls("the local mode"))
    made.upsert(items)
    made.seal()
    before = [ids(made.search_dense(items[0].dense, 20)), ids(made.search_sparse(items[5].sparse, 20))]
    client.close()
    client = QdrantClient(path=str(tmp_path / "local"))
    again = ServerStore(client, "passages", DIMENSION, Calls("the local mode"), client.close)
    assert [ids(again.search_dense(items[0].dense, 20)), ids(again.search_sparse(items[5].sparse, 20))] == before
    assert again.count() == 300
    again.close()


def keys(*passage_ids: str) -> list[int]:
    return [passage_key(one) for one in passage_ids]


def test_rankings_by_key_are_those_of_the_searches(store: PassageStore) -> None:
    store.upsert([item(f"n{number}", axis(0, 1, number / 10), {1: 0.5, number: 0.1}) for number in range(2, 8)])
    for k in (0, 2, 9):
        dense, sparse = store.search_dense(axis(0), k), store.search_sparse(terms(1, 3), k)
        (ranked,), (by_words,) = store.rank_dense([axis(0)], k), store.rank_sparse([terms(1, 3)], k)
        assert list(ranked.items()) == [(*keys(hit.passage.id), hit.score) for hit in dense]
        assert list(by_words.values()) == [hit.score for hit in sparse]
    assert store.rank_sparse([SparseVector((), ())], 5) == [{}]


def test_several_queries_get_what_each_alone_would(store: PassageStore) -> None:
    tied = [item(f"t{number:02}", axis(2), {5: 0.5}) for number in range(40)]
    store.upsert([item(f"n{number}", axis(0, 1, number / 10), {1: 0.5, number: 0.1}) for number in range(2, 8)] + tied)
    vectors, words = [axis(0), axis(2), axis(1)], [terms(1, 3), SparseVector((), ()), terms(5), terms(99)]
    assert store.rank_dense(vectors, 7) == [store.rank_dense([one], 7)[0] for one in vectors]
    assert [list(one) for one in store.rank_sparse(words, 7)] == [list(store.rank_sparse([one], 7)[0]) for one in words]
    named = [keys("c:n2#0", "c:t03#0"), [], keys("c:n5#0")]
    for place, scores in enumerate(store.score_dense(vectors, named)):
        np.testing.assert_array_equal(scores, store.score_dense([vectors[place]], [named[place]])[0])
    for place, scores in enumerate(store.score_sparse(words[:3], named)):
        np.testing.assert_array_equal(scores, store.score_sparse([words[place]], [named[place]])[0])
    assert store.rank_dense([], 7) == store.rank_sparse([], 7) == store.score_dense([], []) == []


def test_equal_scores_are_ranked_by_key(store: PassageStore) -> None:
    names = [f"n{number:02}" for number in range(40)]
    store.upsert([item(name, axis(0), {1: 0.5}) for name in names])
    expected = sorted(keys(*(f"c:{name}#0" for name in names)))
    for k in (1, 7, 40):
        assert [list(one) for one in store.rank_dense([axis(0)], k)] == [expected[:k]]
        assert [list(one) for one in store.rank_sparse([terms(1)], k)] == [expected[:k]]


def test_named_passages_get_the_scores_that_a_search_gives_them(store: PassageStore) -> None:
    store.upsert([item(f"n{number}", axis(0, 1, number / 10), {1: 0.5, number: 0.1}) for number in range(2, 8)])
    named = keys("c:n3#0", "c:n7#0", "c:unknown#0")
    (dense,), (sparse,) = store.rank_dense([axis(0)], 9), store.rank_sparse([terms(3)], 9)
    ((near, far, unknown),) = store.score_dense([axis(0)], [named])
    assert (near, far, np.isnan(unknown)) == (dense[named[0]], dense[named[1]], True)
    assert [scores.tolist() for scores in store.score_sparse([terms(3)], [named])] == [[sparse[named[0]], 0, 0]]
    assert [np.isnan(scores).tolist() for scores in store.score_sentences([axis(0)], [named])] == [[True] * 3]
    assert [scores.tolist() for scores in store.score_dense([axis(0)], [[]])] == [[]]
    assert [scores.tolist() for scores in store.score_sparse([SparseVector((), ())], [named])] == [[0, 0, 0]]


def test_passages_and_vectors_are_read_by_key(store: PassageStore) -> None:
    store.upsert([item("a", axis(0)), item("b", axis(1))])
    assert store.get_by_key(keys("c:b#0", "c:unknown#0")) == {passage_key("c:b#0"): item("b", axis(1)).passage}
    assert store.get_by_key([]) == {}
    np.testing.assert_array_equal(store.vectors_by_key(keys("c:b#0", "c:a#0", "c:b#0")), [axis(1), axis(0), axis(1)])
    with pytest.raises(StoreError, match=f"of key {passage_key('c:unknown#0')}"):
        store.vectors_by_key(keys("c:a#0", "c:unknown#0"))


def sentence_store(kind: str, folder: Path) -> PassageStore:
    from qdrant_client import QdrantClient

    if kind == "edge":
        return EdgeStore.create(folder / "edge", DIMENSION, sentences=True)
    if kind == "server":
        calls = Calls("the local mode")
        return ServerStore.create(QdrantClient(":memory:"), "passages", DIMENSION, calls, sentences=True)
    return MemoryStore(DIMENSION)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_passage_counts_by_its_best_sentence(kind: str, tmp_path: Path) -> None:
    store = sentence_store(kind, tmp_path)
    long = replace(item("long", axis(1)), sentences=np.array([axis(1), axis(0, 1, 0.25)]))
    other = replace(item("other", axis(1)), sentences=np.array([axis(0, 1, 0.5), axis(2), axis(3)]))
    store.upsert([long, other, item("of one sentence", axis(0))])
    named = keys("c:long#0", "c:other#0", "c:of one sentence#0")
    (found,) = store.score_sentences([axis(0)], [named])
    assert found == pytest.approx([0.75, 0.5, np.nan], abs=1e-3, nan_ok=True)
    store.close()
