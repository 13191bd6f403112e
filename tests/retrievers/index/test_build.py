"""Building an index: complete, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from index_fakes import ASTHMA, DIMENSION, GOUT, CountingEmbedder, ListSource, build, opened, sentences, topics

from wardround.corpora.chunking import ChunkSettings
from wardround.corpora.records import Document
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.index import build as build_module
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.generations import current_generation
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import Where
from wardround.retrievers.settings import AnalysisSettings, Bm25Settings


def test_several_corpora_share_one_index_and_the_manifest_says_so(folder: Path) -> None:
    manifest = build(folder, GOUT, ASTHMA)
    assert [(c.name, c.version, c.documents, c.passages) for c in manifest.corpora] == [
        ("rheumatology", GOUT.version, 150, 150),
        ("pulmonology", ASTHMA.version, 40, 40),
    ]
    assert (manifest.passages, manifest.dimension, manifest.embedder) == (190, DIMENSION, "fake-16")
    assert manifest.chunking == ChunkSettings().fingerprint
    # "Document 7", "Sentence 7 says something about gout.": 8 terms, "about" is a stop word.
    assert manifest.sparse.average_length == 7
    assert manifest.sparse.fingerprint == Bm25Encoder(Bm25Settings(), 7).fingerprint
    assert FolderTarget(folder).manifest() == manifest
    with opened(folder) as index:
        assert index.manifest == manifest
        assert index.store.count() == 190
        assert index.store.count(Where(corpora=("pulmonology",))) == 40
        assert topics(index) == {"gout", "asthma"}


def test_an_indexed_passage_is_found_by_its_own_text(folder: Path) -> None:
    build(folder, GOUT, ASTHMA)
    embedder = CountingEmbedder()
    with opened(folder) as index:
        passage = index.store.get(["pulmonology:7#0"])[0]
        assert index.store.search_dense(embedder.embed_queries([passage.contents])[0], 1)[0].passage == passage
        assert index.store.search_sparse(index.sparse.encode_query("7 asthma"), 1)[0].passage == passage


def test_building_again_changes_nothing_and_embeds_nothing(folder: Path) -> None:
    first = build(folder, GOUT, ASTHMA)
    embedder = CountingEmbedder()
    stages = []
    again = build_index(
        [ASTHMA, GOUT],
        FolderTarget(folder),
        Recipe(embedder),
        lambda done, total, stage: stages.append((done, total, stage)),
    )
    assert again == first
    assert embedder.embedded == []
    assert stages == [(190, 190, "unchanged")]


def test_another_layout_lays_the_same_vectors_out_anew(folder: Path) -> None:
    build(folder, GOUT)
    embedder = CountingEmbedder()
    manifest = build_index([GOUT], FolderTarget(folder, "int8"), Recipe(embedder))
    assert manifest.layout == "quantization=int8"
    assert embedder.embedded == []
    laid_out = [path.read_text() for path in folder.rglob("edge_config.json") if manifest.generation in str(path)]
    assert len(laid_out) == 1
    assert "scalar" in laid_out[0]
    assert build_index([GOUT], FolderTarget(folder, "int8"), Recipe(embedder)) == manifest


def test_only_new_texts_are_embedded(folder: Path) -> None:
    build(folder, GOUT)
    embedder = CountingEmbedder()
    changed = ListSource("rheumatology", [*sentences("gout", 149), "A new sentence about lupus."])
    manifest = build(folder, changed, embedder=embedder)
    assert embedder.embedded == ["Document 149\nA new sentence about lupus."]
    assert manifest.passages == 150
    with opened(folder) as index:
        assert topics(index) == {"gout", "lupus"}


def test_a_text_that_occurs_twice_is_embedded_once(folder: Path) -> None:
    class Twins(ListSource):
        def documents(self) -> Iterator[Document]:
            for document in super().documents():
                yield document
                yield Document(
                    f"{document.id}-twin", document.corpus, document.biblio, document.text, document.sections
                )

    embedder = CountingEmbedder()
    assert build(folder, Twins("c", sentences("gout", 5)), embedder=embedder).passages == 10
    assert len(embedder.embedded) == 5


def test_a_corpus_that_is_no_longer_named_is_gone(folder: Path) -> None:
    build(folder, GOUT, ASTHMA)
    build(folder, GOUT)
    with opened(folder) as index:
        assert topics(index) == {"gout"}


@pytest.mark.parametrize(
    "recipe",
    [
        {"bm25": Bm25Settings(k1=1.2)},
        {"bm25": Bm25Settings(analysis=AnalysisSettings(stemmer="none"))},
        {"chunks": ChunkSettings(target_tokens=100)},
    ],
    ids=["k1", "words", "chunk length"],
)
def test_changed_settings_rebuild_without_embedding_equal_texts(folder: Path, recipe: dict[str, object]) -> None:
    first = build(folder, GOUT)
    embedder = CountingEmbedder()
    second = build(folder, GOUT, embedder=embedder, **recipe)
    assert second.generation != first.generation
    assert embedder.embedded == []


def test_another_embedder_rebuilds_with_its_own_dimension(folder: Path) -> None:
    build(folder, ASTHMA)
    wider = CountingEmbedder(32, "wide")
    manifest = build(folder, ASTHMA, embedder=wider)
    assert (manifest.dimension, manifest.embedder, len(wider.embedded)) == (32, "wide-32", 40)
    with opened(folder, wider) as index:
        assert index.store.vectors(["pulmonology:0#0"]).shape == (1, 32)


def test_progress_counts_documents_then_passages(folder: Path) -> None:
    seen: list[tuple[int, int | None, str]] = []
    build_index(
        [GOUT],
        FolderTarget(folder),
        Recipe(CountingEmbedder()),
        lambda done, total, stage: seen.append((done, total, stage)),
    )
    assert [entry for entry in seen if entry[2] == "read"] == [(number, None, "read") for number in range(1, 151)]
    assert [entry for entry in seen if entry[2] == "embed"] == [(n, 150, "embed") for n in (0, 64, 128, 150)]
    assert seen[-2:] == [(0, 1, "publish"), (1, 1, "publish")]


def test_old_generations_and_leftovers_of_killed_builds_are_removed(gout_folder: Path) -> None:
    (gout_folder / "staging" / "20200101T000000000000-abcdef" / "store").mkdir(parents=True)
    (gout_folder / "generations" / "20200101T000000000000-abcdef").mkdir()
    manifest = build(gout_folder, ASTHMA)
    current = current_generation(gout_folder)
    assert current is not None
    assert current.name == manifest.generation
    assert list((gout_folder / "generations").iterdir()) == [current]
    assert not (gout_folder / "staging").exists()


def test_many_windows_make_the_same_index_as_one(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(folder, GOUT, ASTHMA)
    monkeypatch.setattr(build_module, "_WINDOW", 7)
    build(tmp_path / "other", GOUT, ASTHMA)
    query = CountingEmbedder().embed_queries(["x"])[0]
    with opened(folder) as one, opened(tmp_path / "other") as many:
        assert many.store.search_dense(query, 190) == one.store.search_dense(query, 190)
        words = one.sparse.encode_query("7 17 gout asthma")
        assert many.store.search_sparse(words, 190) == one.store.search_sparse(words, 190)


def test_vectors_of_sentences_are_kept_when_asked_for(tmp_path: Path) -> None:
    source = ListSource("c", ["Gout flares hurt. Colchicine treats them.", "One sentence of asthma."])
    for wanted in (False, True, True):
        manifest = build_index([source], FolderTarget(tmp_path), Recipe(CountingEmbedder(), sentences=wanted))
    store, current = FolderTarget(tmp_path).open()
    with closing(store):
        assert current == manifest
        assert current.sentences is not None
        keys = {passage_key(passage.id): passage for passage in store.scroll()}
        (asked,) = CountingEmbedder().embed_queries(["Colchicine treats them."])
        (scores,) = store.score_sentences([asked], [list(keys)])
        best = int(np.nanargmax(scores))
        assert (list(keys.values())[best].text[:4], scores[best]) == ("Gout", pytest.approx(1, abs=1e-3))


class ShortSighted(CountingEmbedder):
    """Reads ten words."""

    max_tokens = 10


def test_passages_that_the_embedder_reads_in_part_are_counted_in_every_build_of_them(tmp_path: Path) -> None:
    # Each passage has its title of two words before its text, and what is read once is not counted anew.
    source = ListSource("c", ["one two three", "one two three four five six seven eight", "word " * 8, "word " * 9])
    target = FolderTarget(tmp_path)
    assert build_index([source], target, Recipe(ShortSighted())).truncated == 1
    more = ListSource("d", ["lorem " * 30])
    embedder = ShortSighted()
    assert build_index([source, more], target, Recipe(embedder)).truncated == 2
    assert len(embedder.embedded) == 1
