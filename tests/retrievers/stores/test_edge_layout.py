"""Quantised vectors of a store in a folder: scanned small, scored whole, and remembered by the folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import IndexedPassage, SparseVector, Where
from wardround.retrievers.settings import Quantization
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.edge_layout import quantization_of

DIMENSION = 64
NOTHING = SparseVector((), ())


def vectors(count: int) -> np.ndarray:
    drawn = np.random.default_rng(3).standard_normal((count, DIMENSION)).astype(np.float32)
    unit: np.ndarray = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


ROWS = vectors(1500)


def filled(folder: Path, quantization: Quantization) -> EdgeStore:
    store = EdgeStore.create(folder, DIMENSION, quantization=quantization)
    passages = [Passage(f"{n}", f"{n}", "ab"[n % 2], 0, (), "t", 0, 1, Biblio(title="")) for n in range(len(ROWS))]
    store.upsert([IndexedPassage(one, row, NOTHING) for one, row in zip(passages, ROWS, strict=True)])
    store.seal()
    return store


@pytest.mark.parametrize("kind", ["int8", "binary"])
def test_the_best_are_scored_by_their_full_vectors_and_the_folder_says_how_it_was_made(
    tmp_path: Path, kind: Quantization
) -> None:
    asked = ROWS[7]
    with closing(filled(tmp_path / "s", kind)) as store:
        before = store.search_dense(asked, 10)
    assert quantization_of(tmp_path / "s") == kind
    with closing(EdgeStore.open(tmp_path / "s", DIMENSION)) as store:
        found = store.search_dense(asked, 10)
        only_a = store.search_dense(asked, 5, Where(corpora=("a",)))
    assert found == before
    assert (found[0].passage.id, found[0].score) == ("7", 1.0)
    cosines = {str(n): float(cosine) for n, cosine in enumerate(ROWS @ asked)}
    assert [hit.score for hit in found] == pytest.approx([cosines[hit.passage.id] for hit in found], abs=2e-5)
    assert {hit.passage.corpus for hit in only_a} == {"a"}


def test_eight_bits_find_what_an_exact_search_finds(tmp_path: Path) -> None:
    with closing(filled(tmp_path / "s", "int8")) as store:
        for number in range(0, 200, 10):
            exact = np.argsort(-(ROWS @ ROWS[number]))[:10]
            assert [hit.passage.id for hit in store.search_dense(ROWS[number], 10)] == [str(n) for n in exact]


def test_a_store_that_was_made_without_is_read_without(tmp_path: Path) -> None:
    filled(tmp_path / "s", "none").close()
    assert quantization_of(tmp_path / "s") == "none"
    (tmp_path / "s" / "edge_config.json").write_text("[]")
    assert quantization_of(tmp_path / "s") == "none"
    assert quantization_of(tmp_path / "absent") == "none"
