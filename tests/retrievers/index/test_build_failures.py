"""A build that fails: one clear line, and the index in use stays in use."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from index_fakes import ASTHMA, DIMENSION, GOUT, CountingEmbedder, ListSource, build, opened, sentences, topics

from wardround.corpora.records import Document
from wardround.corpora.source import DocumentSource
from wardround.errors import BackendError, CorpusError, StoreError, WardroundError
from wardround.files import exclusive_lock
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.stores import room
from wardround.retrievers.stores.edge import EdgeStore


class FailingEmbedder(CountingEmbedder):
    """Fails in one of several ways after a number of texts."""

    def __init__(self, how: Exception | str, after: int = 0) -> None:
        super().__init__()
        self.how, self.after = how, after

    def embed_passages(self, texts: list[str]) -> Matrix:  # type: ignore[override]
        if len(self.embedded) < self.after:
            return super().embed_passages(texts)
        if isinstance(self.how, Exception):
            raise self.how
        vectors = super().embed_passages(texts)
        if self.how == "wrong dimension":
            return vectors[:, :3]
        if self.how == "too few":
            return vectors[1:]
        vectors[-1] = np.nan if self.how == "nan" else 2 * vectors[-1]
        return vectors


class BrokenSource(ListSource):
    """Fails while it is read."""

    def documents(self) -> Iterator[Document]:
        yield next(super().documents())
        raise CorpusError("gout.xml, line 7: no title")


class DoubledSource(ListSource):
    """Yields its first document twice."""

    def documents(self) -> Iterator[Document]:
        yield from super().documents()
        yield next(super().documents())


BAD_BUILDS: dict[str, tuple[list[DocumentSource], CountingEmbedder, type[WardroundError], str]] = {
    "embedder breaks": (
        [ASTHMA],
        FailingEmbedder(RuntimeError("out of memory")),
        BackendError,
        "the embedder failed .RuntimeError: out of memory. on a batch that begins 'Document",
    ),
    "embedder reports": ([ASTHMA], FailingEmbedder(BackendError("server gone")), BackendError, "^server gone$"),
    "wrong dimension": (
        [ASTHMA],
        FailingEmbedder("wrong dimension"),
        StoreError,
        r"returned vectors of shape \(40, 3\) instead of \(40, 16\)",
    ),
    "too few": ([ASTHMA], FailingEmbedder("too few"), StoreError, r"shape \(39, 16\) instead of \(40, 16\)"),
    "nan": ([ASTHMA], FailingEmbedder("nan"), StoreError, "a vector of length nan instead of 1 for 'Document"),
    "not normalised": ([ASTHMA], FailingEmbedder("long"), StoreError, "a vector of length 2 instead of 1 for"),
    "nothing named": ([], CountingEmbedder(), CorpusError, "no corpus to build: name at least one"),
    "same name": ([ASTHMA, ASTHMA], CountingEmbedder(), CorpusError, "two corpora are called 'pulmonology'"),
    "empty corpus": (
        [GOUT, ListSource("void", [])],
        CountingEmbedder(),
        CorpusError,
        "corpus 'void' is empty: no document of it gave a passage; nothing was changed",
    ),
    "blank documents": ([ListSource("void", ["  ", "--"])], CountingEmbedder(), CorpusError, "corpus 'void' is empty"),
    "duplicate ids": (
        [DoubledSource("twice", sentences("asthma", 3))],
        CountingEmbedder(),
        CorpusError,
        "two passages have the id 'twice:0#0'",
    ),
    "broken source": ([BrokenSource("b", ["x y z"])], CountingEmbedder(), CorpusError, "gout.xml, line 7: no title"),
}


@pytest.mark.parametrize("case", BAD_BUILDS)
def test_a_failed_build_is_one_clear_line_and_the_old_index_stays_in_use(gout_folder: Path, case: str) -> None:
    sources, embedder, kind, message = BAD_BUILDS[case]
    before = FolderTarget(gout_folder).manifest()
    assert before is not None
    with pytest.raises(kind, match=message) as caught:
        build(gout_folder, *sources, embedder=embedder)
    assert "\n" not in str(caught.value)
    assert FolderTarget(gout_folder).manifest() == before
    assert [path.name for path in (gout_folder / "generations").iterdir()] == [before.generation]
    assert not (gout_folder / "staging").exists()
    with opened(gout_folder) as index:
        assert topics(index) == {"gout"}


def test_what_was_embedded_before_a_failure_is_not_embedded_again(folder: Path) -> None:
    with pytest.raises(BackendError):
        build(folder, GOUT, embedder=FailingEmbedder(RuntimeError("gone"), after=128))
    embedder = CountingEmbedder()
    build(folder, GOUT, embedder=embedder)
    assert len(embedder.embedded) == 22


@pytest.mark.parametrize("place", ["upsert", "seal", "publish", "create"])
def test_a_full_disk_is_one_clear_line_and_the_old_index_stays_in_use(
    gout_folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if place == "publish":
        monkeypatch.setattr("wardround.retrievers.index.targets.publish", full)
    else:
        monkeypatch.setattr(EdgeStore, place, full)
    with pytest.raises(
        StoreError, match=r"the disk is full at .*index: free space, then repeat; the index in use is not"
    ):
        build(gout_folder, ASTHMA)
    with opened(gout_folder) as index:
        assert topics(index) == {"gout"}


def test_a_full_disk_reported_by_the_engine_is_recognised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullShard:
        def update(self, operation: object) -> None:
            raise Exception("Service runtime error: IO Error: No space left on device (os error 28)")

        def count(self, request: object) -> int:
            return 0

    store = EdgeStore(folder, DIMENSION, FullShard(), writable=True)
    with pytest.raises(StoreError, match="the disk is full: cannot write the store at"):
        store.delete(["x"])


def test_a_second_builder_is_told_to_wait(gout_folder: Path) -> None:
    before = FolderTarget(gout_folder).manifest()
    assert before is not None
    with exclusive_lock(gout_folder / "build.lock") as ours:
        assert ours
        with pytest.raises(StoreError, match=r"another process is building the index at .*: wait until it has ended"):
            build(gout_folder, ASTHMA)
    assert FolderTarget(gout_folder).manifest() == before


def test_a_damaged_index_is_repaired_by_building(gout_folder: Path) -> None:
    (gout_folder / "CURRENT").write_text("../../etc")
    embedder = CountingEmbedder()
    build(gout_folder, ListSource("c", sentences("gout", 30)), embedder=embedder)
    assert embedder.embedded == []
    with opened(gout_folder) as index:
        assert index.store.count() == 30


def test_a_nearly_full_disk_stops_the_build_before_the_engine_would_be_killed(
    gout_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine writes through memory maps: on a full disk the kernel kills the process (SIGBUS, tried on a tmpfs)."""
    before = FolderTarget(gout_folder).manifest()
    # Asked when opening, before embedding (index, then cache), when creating and when writing.
    left = iter([200_000_000, 200_000_000, 200_000_000, 200_000_000, 128_100_000])
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(0, 0, next(left)))
    with pytest.raises(
        StoreError, match=r"the disk is full: 128 MB are free at .*, 128 MB are needed; free space, then repeat"
    ):
        build(gout_folder, ListSource("c", sentences("asthma " * 20, 100)))
    assert list(left) == []
    assert FolderTarget(gout_folder).manifest() == before


@pytest.mark.parametrize(
    ("left", "message"),
    [
        ([200_000_000, 128_100_000], "128 MB are free at .*staging.*, 128 MB are needed"),
        ([200_000_000, 200_000_000, 1000], "0 MB are free at .*index, 0 MB are needed"),
    ],
    ids=["index", "embedding cache"],
)
def test_what_will_not_fit_is_known_before_anything_is_embedded(
    gout_folder: Path, monkeypatch: pytest.MonkeyPatch, left: list[int], message: str
) -> None:
    asked = iter(left)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(0, 0, next(asked)))
    embedder = CountingEmbedder()
    with pytest.raises(StoreError, match=f"the disk is full: {message}; free space, then repeat"):
        build(gout_folder, ListSource("c", sentences("asthma " * 20, 100)), embedder=embedder)
    assert embedder.embedded == []


@pytest.mark.parametrize("lost", ["staging", "."])
def test_a_folder_that_disappears_during_the_build_is_one_clear_line_and_the_next_build_is_whole(
    gout_folder: Path, lost: str
) -> None:
    class Losing(CountingEmbedder):
        def embed_passages(self, texts: list[str]) -> Matrix:  # type: ignore[override]
            if len(self.embedded) == 128:
                shutil.rmtree(gout_folder / lost)
            return super().embed_passages(texts)

    lupus = ListSource("c", sentences("lupus", 150))
    with pytest.raises(
        StoreError, match=r"a file of the build is gone .*No such file or directory.*: repeat the build"
    ):
        build(gout_folder, lupus, embedder=Losing())
    if lost == "staging":
        with opened(gout_folder) as index:
            assert topics(index) == {"gout"}
    assert build(gout_folder, lupus).passages == 150
