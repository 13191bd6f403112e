"""Clones: cheap, complete, and the original never changes."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from index_fakes import CountingEmbedder, opened

from wardround.retrievers.index import clone as clone_module
from wardround.retrievers.index.clone import clone_folder, copy_sparsely
from wardround.retrievers.index.generations import current_generation
from wardround.retrievers.protocols import Where


def state(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Checksum, time of change and inode of every file."""
    return {
        str(path.relative_to(folder)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime_ns,
            path.stat().st_ino,
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def built(gout_index: Path, tmp_path: Path) -> Path:
    clone_folder(gout_index, tmp_path / "index")
    return tmp_path / "index"


def use(folder: Path) -> None:
    with opened(folder) as index:
        for k in (1, 50):
            index.store.search_dense(CountingEmbedder().embed_queries(["gout"])[0], k, Where(corpora=("c",)))
            index.store.search_sparse(index.sparse.encode_query("gout"), k)
        passages = list(index.store.scroll())
        index.store.vectors([passage.id for passage in passages])
        assert len(passages) == 30


def test_readers_leave_no_trace_on_the_generation(built: Path) -> None:
    generation = current_generation(built)
    assert generation is not None
    before = state(generation)
    use(built)
    use(built)
    assert state(generation) == before


def test_readers_leave_no_clone_behind(built: Path) -> None:
    with opened(built):
        assert list((built / "readers").iterdir()) == []


def test_bulk_files_are_shared_and_small_ones_copied(built: Path, tmp_path: Path) -> None:
    generation = current_generation(built)
    assert generation is not None
    clone_folder(generation / "store", tmp_path / "clone")
    shared = {path.name for path in (tmp_path / "clone").rglob("*") if path.is_file() and path.stat().st_nlink > 1}
    assert shared == {"chunk_0.mmap", "page_0.dat", "dense.npy", "dense-keys.npy"}
    original, clone = state(generation / "store"), state(tmp_path / "clone")
    assert {name: sums for name, (sums, *_) in original.items()} == {name: sums for name, (sums, *_) in clone.items()}


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK])
def test_files_are_copied_where_links_are_impossible(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(code, "no links here")

    monkeypatch.setattr(clone_module.os, "link", refuse)
    generation = current_generation(built)
    assert generation is not None
    clone_folder(generation / "store", tmp_path / "clone")
    files = [path for path in (tmp_path / "clone").rglob("*") if path.is_file()]
    assert {path.stat().st_nlink for path in files} == {1}
    assert sum(path.stat().st_size for path in files) > 50_000_000
    assert sum(path.stat().st_blocks * 512 for path in files) < 2_000_000
    use(built)


def test_other_failures_of_linking_are_not_hidden(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(clone_module.os, "link", refuse)
    with pytest.raises(OSError, match="no space"):
        clone_folder(built / "generations", tmp_path / "clone")


@pytest.mark.parametrize("layout", [[], [(0, 10)], [(5_000_000, 3)], [(0, 7), (1 << 22, 70_000), (9_999_990, 10)]])
def test_a_sparse_copy_is_equal_byte_for_byte(tmp_path: Path, layout: list[tuple[int, int]]) -> None:
    original, copy = tmp_path / "original", tmp_path / "copy"
    rng = np.random.default_rng(1)
    with original.open("wb") as handle:
        for start, length in layout:
            handle.seek(start)
            handle.write(rng.bytes(length))
        handle.truncate(10_000_000 if layout else 0)
    copy_sparsely(original, copy)
    assert copy.read_bytes() == original.read_bytes()
    assert os.stat(copy).st_blocks <= os.stat(original).st_blocks
