"""What is wrong with an index is said passage by passage; an index in order is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index_fakes import CountingEmbedder, ListSource, opened, sentences, topics

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.clone import clone_folder
from wardround.retrievers.index.generations import current_generation
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.index.verify import problems_of
from wardround.retrievers.protocols import IndexedPassage, SparseVector
from wardround.retrievers.stores.memory import MemoryStore


@pytest.fixture
def folder(gout_index: Path, tmp_path: Path) -> Path:
    clone_folder(gout_index, tmp_path / "index")
    return tmp_path / "index"


def cut(folder: Path, name: str) -> None:
    generation = current_generation(folder)
    assert generation is not None
    (path,) = [path for path in generation.rglob(Path(name).name) if str(path).endswith(name)]
    raw = path.read_bytes()
    path.unlink()  # the file may be shared with other tests
    path.write_bytes(raw[:300])


@pytest.mark.parametrize("vectors", [True, False])
def test_a_sound_index_has_no_problems(folder: Path, vectors: bool) -> None:
    with opened(folder) as index:
        assert list(problems_of(index.store, index.manifest, vectors=vectors)) == []


@pytest.mark.parametrize("vectors", [True, False])
@pytest.mark.parametrize("name", ["payload_storage/page_0.dat", "vectors/chunk_0.mmap"])
def test_a_damaged_file_is_a_problem(folder: Path, vectors: bool, name: str) -> None:
    cut(folder, name)
    with opened(folder) as index:
        assert len(list(problems_of(index.store, index.manifest, vectors=vectors))) == 1


@pytest.mark.parametrize("name", ["payload_storage/page_0.dat", "vectors/chunk_0.mmap", "segment.json"])
def test_building_unchanged_sources_repairs_a_damaged_index(folder: Path, name: str) -> None:
    cut(folder, name)
    embedder = CountingEmbedder()
    build_index([ListSource("c", sentences("gout", 30))], FolderTarget(folder), Recipe(embedder))
    assert embedder.embedded == []
    with opened(folder) as index:
        assert list(problems_of(index.store, index.manifest)) == []
        assert topics(index) == {"gout"}


def test_a_matrix_of_other_vectors_than_the_store_has_is_a_problem_of_each(folder: Path) -> None:
    generation = current_generation(folder)
    assert generation is not None
    (path,) = generation.rglob("dense.npy")
    rows = np.load(path)
    path.unlink()  # the file may be shared with other tests
    np.save(path, np.concatenate([rows[1:], rows[:1]]))
    with opened(folder) as index:
        found = list(problems_of(index.store, index.manifest))
    assert len(found) == 30
    assert all(re.fullmatch(r"the matrix .* another vector of passage 'c:\d+#0' than the store", one) for one in found)


def test_every_kind_of_problem_has_its_line(folder: Path) -> None:
    manifest = FolderTarget(folder).manifest()
    assert isinstance(manifest, Manifest)
    unit = np.eye(16, dtype=np.float32)[0]
    sound = Passage("c:0#0", "c:0", "c", 0, (), "Text.", 0, 5, Biblio("T"))
    store = MemoryStore(16)
    store.upsert(
        [
            IndexedPassage(sound, unit, SparseVector((), ())),
            IndexedPassage(replace(sound, id="c:1#0", end=9), unit, SparseVector((), ())),
            IndexedPassage(replace(sound, id="d:1#0", corpus="d"), 0 * unit, SparseVector((), ())),
        ]
    )
    assert list(problems_of(store, manifest)) == [
        "passage 'c:1#0' is 5 characters long, its span 9",
        "the vector of passage 'd:1#0' has length 0 instead of 1",
        "corpus 'c' has 2 passages, its manifest says 30",
        "1 passages are of corpus 'd', which the manifest does not list",
    ]
