"""Corpora are added, replaced and removed without touching the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_fakes import CountingEmbedder, ListSource, opened, sentences, topics

from wardround.corpora.chunking import ChunkSettings
from wardround.errors import CorpusError, PrerequisiteError, StoreError
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.clone import clone_folder
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.index.update import update_index

ASTHMA = ListSource("lungs", sentences("asthma", 12))


@pytest.fixture
def folder(gout_index: Path, tmp_path: Path) -> Path:
    """An index of the corpus ``c``, 30 sentences about gout."""
    clone_folder(gout_index, tmp_path / "index")
    return tmp_path / "index"


def update(folder: Path, embedder: CountingEmbedder | None = None, **changes: object) -> Manifest:
    return update_index(FolderTarget(folder), Recipe(embedder or CountingEmbedder()), **changes)  # type: ignore[arg-type]


def counts(manifest: Manifest) -> dict[str, tuple[int, int]]:
    return {corpus.name: (corpus.documents, corpus.passages) for corpus in manifest.corpora}


def test_an_added_corpus_joins_the_others_and_only_it_is_embedded(folder: Path) -> None:
    embedder = CountingEmbedder()
    assert counts(update(folder, embedder, put=[ASTHMA])) == {"c": (30, 30), "lungs": (12, 12)}
    assert len(embedder.embedded) == 12
    with opened(folder) as index:
        assert topics(index) == {"gout", "asthma"}


def test_an_updated_index_equals_one_built_at_once(folder: Path, tmp_path: Path) -> None:
    updated = update(folder, put=[ASTHMA])
    gout = ListSource("c", sentences("gout", 30))
    built = build_index([gout, ASTHMA], FolderTarget(tmp_path / "other"), Recipe(CountingEmbedder()))
    own = {"generation", "created"}
    assert updated.model_dump(exclude=own) == built.model_dump(exclude=own)
    with opened(folder) as one, opened(tmp_path / "other") as other:
        for query in ("3 gout", "asthma 11 sentence"):
            dense = CountingEmbedder().embed_queries([query])[0]
            assert one.store.search_dense(dense, 42) == other.store.search_dense(dense, 42)
            sparse = one.sparse.encode_query(query)
            assert one.store.search_sparse(sparse, 42) == other.store.search_sparse(sparse, 42)


def test_kept_vectors_come_from_the_index_where_the_cache_was_deleted(folder: Path) -> None:
    (folder / "embeddings.sqlite3").unlink()
    embedder = CountingEmbedder()
    update(folder, embedder, put=[ASTHMA])
    assert len(embedder.embedded) == 12


def test_a_changed_corpus_replaces_its_former_self(folder: Path) -> None:
    embedder = CountingEmbedder()
    changed = ListSource("c", [*sentences("gout", 29), "Something new about lupus."])
    assert counts(update(folder, embedder, put=[changed])) == {"c": (30, 30)}
    assert len(embedder.embedded) == 1
    with opened(folder) as index:
        assert topics(index) == {"gout", "lupus"}


def test_an_unchanged_corpus_changes_nothing(folder: Path) -> None:
    before = FolderTarget(folder).manifest()
    assert update(folder, put=[ListSource("c", sentences("gout", 30))]) == before
    assert update(folder) == before


def test_a_removed_corpus_is_gone_and_nothing_is_embedded(folder: Path) -> None:
    update(folder, put=[ASTHMA])
    embedder = CountingEmbedder()
    assert counts(update(folder, embedder, remove=["c"])) == {"lungs": (12, 12)}
    assert embedder.embedded == []
    with opened(folder) as index:
        assert topics(index) == {"asthma"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"remove": ["pubmed"]}, "corpus 'pubmed' is not in the index; it holds: c"),
        ({"remove": ["c"]}, "would leave the index empty"),
        ({"put": [ASTHMA, ASTHMA]}, "two corpora are called 'lungs'"),
        ({"put": [ListSource("void", [])]}, "corpus 'void' is empty"),
    ],
)
def test_a_bad_change_is_one_clear_line_and_changes_nothing(
    folder: Path, changes: dict[str, object], message: str
) -> None:
    before = FolderTarget(folder).manifest()
    with pytest.raises(CorpusError, match=message):
        update(folder, **changes)
    assert FolderTarget(folder).manifest() == before


def test_an_index_made_otherwise_must_be_rebuilt(folder: Path) -> None:
    with pytest.raises(StoreError, match=r"made with embedder fake-16, not wide-32: rebuild all of it"):
        update(folder, CountingEmbedder(32, "wide"), put=[ASTHMA])
    recipe = Recipe(CountingEmbedder(), chunks=ChunkSettings(target_tokens=50))
    with pytest.raises(StoreError, match="made with other chunk settings: rebuild all of it"):
        update_index(FolderTarget(folder), recipe, put=[ASTHMA])


def test_without_an_index_there_is_nothing_to_update(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError, match=r"no index at .*corpus build"):
        update(tmp_path / "none", put=[ASTHMA])


def test_an_index_changed_by_another_process_meanwhile_is_not_overwritten(folder: Path) -> None:
    target = FolderTarget(folder)
    open_before = target.open

    def open_then_change() -> object:
        """Lets another build happen between reading the index and locking it."""
        found = open_before()
        target.open = open_before  # type: ignore[method-assign]
        build_index([ASTHMA], FolderTarget(folder), Recipe(CountingEmbedder()))
        return found

    target.open = open_then_change  # type: ignore[method-assign,assignment]
    with pytest.raises(StoreError, match="another process has changed the index meanwhile: repeat"):
        update_index(target, Recipe(CountingEmbedder()), put=[ListSource("new", ["Some text."])])
    with opened(folder) as index:
        assert topics(index) == {"asthma"}
