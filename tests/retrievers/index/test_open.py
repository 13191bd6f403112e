"""Opening an index: only one that fits, and one clear line otherwise."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from index_fakes import CountingEmbedder, ListSource, opened, sentences, topics

from wardround.errors import ConfigError, PrerequisiteError, StoreError
from wardround.retrievers.index import reading
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.clone import clone_folder
from wardround.retrievers.index.generations import current_generation
from wardround.retrievers.index.open import index_target, open_index
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.protocols import EVERYWHERE, Matrix, Scores
from wardround.retrievers.settings import Bm25Settings, RetrievalSettings, StoreSettings


@pytest.fixture
def folder(gout_index: Path, tmp_path: Path) -> Path:
    """An index of 30 sentences about gout, in a folder of this test's own."""
    clone_folder(gout_index, tmp_path / "index")
    return tmp_path / "index"


def generation(folder: Path) -> Path:
    found = current_generation(folder)
    assert found is not None
    return found


@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, Path.touch], ids=["absent", "empty", "a file"])
def test_a_missing_index_names_the_command(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "none")
    with pytest.raises(PrerequisiteError, match=r"no index at .*none: run `wardround corpus build`"):
        opened(tmp_path / "none")
    assert index_target(StoreSettings(folder=tmp_path / "none")).manifest() is None


def test_an_embedder_of_another_dimension_is_refused(folder: Path) -> None:
    with pytest.raises(StoreError, match=r"vectors of 16 dimensions, the embedder makes 32: rebuild .*corpus build"):
        opened(folder, CountingEmbedder(32))


def test_another_embedder_of_the_same_dimension_is_refused(folder: Path) -> None:
    with pytest.raises(
        StoreError, match=r"made with embedder fake-16, not other-16: rebuild it with `wardround corpus"
    ):
        opened(folder, CountingEmbedder(model="other"))


def test_other_bm25_settings_than_the_index_has_are_refused(folder: Path) -> None:
    settings = RetrievalSettings(store=StoreSettings(folder=folder), bm25=Bm25Settings(k1=1.5))
    with pytest.raises(StoreError, match=r"made with bm25\(.*k1=0\.9.*not bm25\(.*k1=1\.5.*corpus build"):
        open_index(settings, CountingEmbedder())


def test_a_server_must_be_named() -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.store\.url is not set: name the server"):
        open_index(RetrievalSettings(store=StoreSettings(kind="server")), CountingEmbedder())


def cut(path: Path, size: int = 7) -> None:
    raw = path.read_bytes()
    path.unlink()  # the file may be shared with other tests
    path.write_bytes(raw[:size])


def pickled(path: Path) -> None:
    rows = np.load(path)
    path.unlink()
    np.save(path, rows.astype(object), allow_pickle=True)


def swap_rows(path: Path) -> None:
    rows = np.load(path)
    path.unlink()
    np.save(path, rows[::-1])


def cut_rows(path: Path) -> None:
    rows = np.load(path)
    path.unlink()
    np.save(path, rows[:-1])


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.rglob(pattern)
    return found


DAMAGES: dict[str, Callable[[Path], None]] = {
    "CURRENT names nothing": lambda folder: (folder / "CURRENT").write_text(""),
    "CURRENT leads out": lambda folder: (folder / "CURRENT").write_text("../staging"),
    "CURRENT is binary": lambda folder: (folder / "CURRENT").write_bytes(b"\xff\x00\xfe"),
    "CURRENT names a lost generation": lambda folder: (folder / "CURRENT").write_text("20200101T000000000000-abcdef"),
    "manifest cut": lambda folder: cut(generation(folder) / "manifest.json"),
    "manifest lost": lambda folder: (generation(folder) / "manifest.json").unlink(),
    "store lost": lambda folder: shutil.rmtree(generation(folder) / "store"),
    "store empty": lambda folder: shutil.rmtree(generation(folder) / "store" / "segments"),
    "segment cut": lambda folder: cut(only(generation(folder), "segment.json")),
    "ids cut": lambda folder: cut(only(generation(folder), "mutable_id_tracker.mappings")),
    "matrix cut": lambda folder: cut(only(generation(folder), "dense.npy")),
    "matrix of nothing": lambda folder: cut(only(generation(folder), "dense.npy"), 0),
    "matrix without its keys": lambda folder: only(generation(folder), "dense-keys.npy").unlink(),
    "matrix of pickles": lambda folder: pickled(only(generation(folder), "dense.npy")),
    "matrix in disorder": lambda folder: swap_rows(only(generation(folder), "dense-keys.npy")),
    "matrix of other passages": lambda folder: cut_rows(only(generation(folder), "dense-keys.npy")),
    "config cut": lambda folder: cut(generation(folder) / "store" / "edge_config.json"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_one_clear_line(folder: Path, damage: str) -> None:
    DAMAGES[damage](folder)
    with pytest.raises(StoreError) as caught:
        opened(folder)
    assert "\n" not in str(caught.value)
    assert "rebuild the index with `wardround corpus build`" in str(caught.value)
    assert not any((folder / "readers").glob("*"))


@pytest.mark.parametrize("name", ["payload_storage/page_0.dat", "vectors/chunk_0.mmap"])
def test_damage_that_shows_only_when_searching_is_a_store_error(folder: Path, name: str) -> None:
    damaged = next(path for path in generation(folder).rglob(Path(name).name) if name in str(path))
    cut(damaged)
    with pytest.raises(StoreError), opened(folder) as index:
        index.store.search_dense(CountingEmbedder().embed_queries(["x"])[0], 5)


def test_an_index_built_before_it_kept_a_matrix_answers_the_same(folder: Path) -> None:
    asked = CountingEmbedder().embed_queries(["x", "colchicine"])

    def answers() -> list[tuple[list[int], Scores, Matrix]]:
        with opened(folder) as index:
            ranked = [list(found) for found in index.store.rank_dense(asked, 9)]
            rows = [index.store.vectors_by_key(keys) for keys in ranked]
            return list(zip(ranked, index.store.score_dense(asked, ranked), rows, strict=True))

    expected = answers()
    for name in ("dense.npy", "dense-keys.npy"):
        only(generation(folder), name).unlink()
    for (keys, scores, rows), (their_keys, their_scores, their_rows) in zip(answers(), expected, strict=True):
        assert len(keys) == 9
        assert keys == their_keys
        assert scores == pytest.approx(their_scores, abs=1e-6)
        assert np.array_equal(rows, their_rows)


def test_an_open_index_is_for_reading_only(folder: Path) -> None:
    with opened(folder) as index, pytest.raises(StoreError, match="open for reading only"):
        index.store.delete(["c:0#0"])


def test_several_readers_in_one_process_do_not_disturb_each_other(folder: Path) -> None:
    first, second = opened(folder), opened(folder)
    first.close()
    assert second.store.count(EVERYWHERE) == 30
    second.close()
    with pytest.raises(StoreError, match="cannot read the store"):
        second.store.count()


def test_a_reader_keeps_its_generation_until_it_opens_again(folder: Path) -> None:
    with opened(folder) as before:
        build_index([ListSource("c", sentences("lupus", 9))], FolderTarget(folder), Recipe(CountingEmbedder()))
        assert topics(before) == {"gout"}
        assert before.store.count() == 30
        found = before.store.search_dense(CountingEmbedder().embed_queries(["x"])[0], 30)
        assert len(before.store.vectors([hit.passage.id for hit in found])) == 30
        with opened(folder) as after:
            assert topics(after) == {"lupus"}
            assert after.manifest.generation != before.manifest.generation


def test_a_generation_replaced_while_it_is_cloned_is_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build comes between reading CURRENT and cloning what it named."""
    clones = []

    def late(source: Path, target: Path) -> None:
        if not clones:
            build_index([ListSource("c", sentences("lupus", 9))], FolderTarget(folder), Recipe(CountingEmbedder()))
        clones.append(source)
        clone_folder(source, target)

    monkeypatch.setattr(reading, "clone_folder", late)
    with opened(folder) as index:
        assert topics(index) == {"lupus"}
    assert len(clones) == 2


def test_a_clone_whose_process_was_killed_while_opening_is_swept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    abandoned = folder / "readers" / "20200101T000000000000-abcdef-12345678"
    (abandoned / "segments").mkdir(parents=True)
    opened(folder).close()
    assert abandoned.exists()
    monkeypatch.setattr(reading.time, "time", lambda: abandoned.stat().st_mtime + 601)
    opened(folder).close()
    assert not abandoned.exists()


def test_an_index_in_a_folder_that_may_only_be_read_is_read_through_a_copy(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(reading.tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(reading.os, "access", lambda path, mode: False)
    with opened(folder) as index:
        assert index.store.count() == 30
        assert np.linalg.norm(index.store.vectors(["c:0#0"])) == pytest.approx(1)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_disk_too_full_for_a_clone_is_one_clear_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(reading, "clone_folder", full)
    with pytest.raises(StoreError, match=r"cannot open the index at .*: no clone can be made in .*No space left"):
        opened(folder)
