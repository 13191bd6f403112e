"""The matrix of a store's vectors: the same cosines as one by one, in any company, and never out of date."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import StoreError
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import IndexedPassage, Matrix, SparseVector
from wardround.retrievers.settings import Quantization
from wardround.retrievers.stores.dense_matrix import DenseMatrix
from wardround.retrievers.stores.edge import EdgeStore

DIMENSION, PASSAGES = 32, 3000
FILES = {"dense.npy", "dense-keys.npy"}


def unit_rows(count: int, seed: int) -> Matrix:
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)
    rows: Matrix = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return rows


def indexed(name: str, row: np.ndarray) -> IndexedPassage:
    passage = Passage(name, name, "c", 0, (), "t", 0, 1, Biblio(title=""))
    return IndexedPassage(passage, row.astype(np.float32), SparseVector((), ()))


def matrix(folder: Path, rows: Matrix) -> DenseMatrix:
    folder.mkdir(parents=True, exist_ok=True)
    DenseMatrix.write(folder, rows.shape, [(list(range(10, 10 + len(rows))), rows)])
    found = DenseMatrix.open(folder, rows.shape, folder)
    assert found is not None
    return found


def test_the_largest_cosines_are_found_best_first(tmp_path: Path) -> None:
    rows, asked = unit_rows(PASSAGES, 1), unit_rows(70, 2)
    found = matrix(tmp_path, rows).rank(list(asked), 40)
    for query, ranking in zip(asked, found, strict=True):
        exact = (rows.astype(np.float64) @ query).round(5)
        expected = np.argsort(-exact, kind="stable")[:40]
        assert list(ranking) == (expected + 10).tolist()
        assert list(ranking.values()) == pytest.approx(exact[expected], abs=1.1e-5)


def test_a_query_gets_the_same_scores_in_any_company(tmp_path: Path) -> None:
    made, asked = matrix(tmp_path, unit_rows(PASSAGES, 1)), list(unit_rows(150, 2))
    together = made.rank(asked, 100)
    assert together == [made.rank([one], 100)[0] for one in asked]
    keys = [list(ranking)[:30] for ranking in together]
    for query, among, ranking, scores in zip(asked, keys, together, made.score(asked, keys), strict=True):
        assert scores.tolist() == [ranking[key] for key in among]
        np.testing.assert_array_equal(scores[::-1], made.score([query], [among[::-1]])[0])


def test_more_than_there_are_and_none_at_all(tmp_path: Path) -> None:
    rows = unit_rows(5, 1)
    made = matrix(tmp_path, rows)
    assert [len(one) for one in made.rank(list(rows[:2]), 99)] == [5, 5]
    assert made.rank(list(rows[:2]), 0) == [{}, {}]
    assert made.rank([], 3) == []
    assert made.rows([]).shape == (0, DIMENSION)


def test_many_equal_vectors_tie_by_key_whatever_the_sample_sees(tmp_path: Path) -> None:
    rows = np.repeat(unit_rows(2, 1), 1500, axis=0)
    (ranking,) = matrix(tmp_path, rows).rank([rows[-1]], 20)
    assert ranking == dict.fromkeys(range(1510, 1530), 1.0)


def test_vectors_of_any_length_are_compared_by_angle(tmp_path: Path) -> None:
    rows = unit_rows(4, 1)
    made = matrix(tmp_path, rows)
    assert made.rank([7 * rows[2]], 4) == made.rank([rows[2]], 4)
    assert list(made.rank([0 * rows[2]], 4)[0].values()) == [0, 0, 0, 0]


def test_unknown_keys_have_no_score_and_no_row(tmp_path: Path) -> None:
    rows = unit_rows(5, 1)
    made = matrix(tmp_path, rows)
    (scores,) = made.score([rows[1]], [[99, 11, 3]])
    np.testing.assert_array_equal(scores, [np.nan, 1.0, np.nan])
    np.testing.assert_array_equal(made.rows([13, 10]), rows[[3, 0]])
    with pytest.raises(StoreError, match="no passage of key 99 in the store at"):
        made.rows([10, 99])


def test_vectors_out_of_order_or_missing_are_refused(tmp_path: Path) -> None:
    rows = unit_rows(2, 1)
    for keys, shape in (([5, 5], rows.shape), ([6, 5], rows.shape), ([5, 6], (3, DIMENSION))):
        with pytest.raises(StoreError, match="in no order"):
            DenseMatrix.write(tmp_path, shape, [(keys, rows)])


def test_a_store_has_its_matrix_from_seal_until_the_next_change(tmp_path: Path) -> None:
    rows = unit_rows(300, 1)
    with closing(EdgeStore.create(tmp_path / "s", DIMENSION)) as store:
        store.upsert([indexed(f"p{number}", row) for number, row in enumerate(rows)])
        assert files(tmp_path) == set()
        store.seal()
        assert files(tmp_path) == FILES
        assert next(iter(store.rank_dense([rows[7]], 1)[0])) == passage_key("p7")
        store.upsert([indexed("p7", rows[8])])
        assert files(tmp_path) == set()
        assert passage_key("p7") in store.rank_dense([rows[8]], 2)[0]
        np.testing.assert_allclose(store.vectors_by_key([passage_key("p7")]), rows[8:9], atol=1e-6)
        store.seal()
    with closing(EdgeStore.open(tmp_path / "s", DIMENSION)) as store, pytest.raises(StoreError, match="reading only"):
        store.seal()
    with closing(EdgeStore.open(tmp_path / "s", DIMENSION, writable=True)) as store:
        assert files(tmp_path) == FILES
        store.delete(["p8"])
        assert files(tmp_path) == set()
        assert passage_key("p8") not in store.rank_dense([rows[8]], 300)[0]


@pytest.mark.parametrize(("quantization", "exact_up_to"), [("int8", 1000), ("none", 10)])
def test_there_is_none_where_search_is_not_exact(tmp_path: Path, quantization: Quantization, exact_up_to: int) -> None:
    store = EdgeStore.create(tmp_path / "s", DIMENSION, quantization=quantization, exact_up_to=exact_up_to)
    with closing(store):
        store.upsert([indexed(f"p{number}", row) for number, row in enumerate(unit_rows(50, 1))])
        store.seal()
        assert files(tmp_path) == set()
        assert len(store.rank_dense(list(unit_rows(2, 1)), 5)) == 2


def test_a_closed_store_gives_no_vectors(tmp_path: Path) -> None:
    store = EdgeStore.create(tmp_path / "s", DIMENSION)
    store.upsert([indexed("p", unit_rows(1, 1)[0])])
    store.seal()
    store.close()
    with pytest.raises(StoreError):
        store.vectors_by_key([passage_key("p")])
    with pytest.raises(StoreError):
        store.rank_dense([unit_rows(1, 1)[0]], 1)


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "s").glob("*.npy")}
