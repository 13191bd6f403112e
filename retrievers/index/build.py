"""Building an index: read, cut into passages, embed, store, and only then put into use."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from wardround.corpora.chunking import ChunkSettings
from wardround.corpora.near_duplicates import LINKER
from wardround.corpora.records import Passage
from wardround.corpora.source import DocumentSource
from wardround.errors import CorpusError, PrerequisiteError, StoreError
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.index.contents import Contents, described, from_sources
from wardround.retrievers.index.embedding import PassageVectors
from wardround.retrievers.index.embedding_cache import EmbeddingCache, cache_bytes, content_key
from wardround.retrievers.index.manifest import SCHEMA_VERSION, IndexedCorpus, Manifest, SparseRecord
from wardround.retrievers.index.sentence_vectors import SENTENCES_FINGERPRINT, sentence_vectors
from wardround.retrievers.index.spool import Spool
from wardround.retrievers.index.targets import GrowingStore, IndexTarget, Site
from wardround.retrievers.index.verify import problems_of
from wardround.retrievers.protocols import Embedder, IndexedPassage, Matrix
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.stores.ranking import EXACT_UP_TO
from wardround.retrievers.stores.room import bytes_ahead, require_room

OnProgress = Callable[[int, int | None, str], None]
"""Called with what is done, the total where it is known, and the stage: ``read`` (documents), ``embed`` (passages),
``publish`` or ``unchanged`` (passages)."""

_WINDOW = 2048
# Vectors of earlier contents are kept for going back to them, up to a point.
_CACHED_AT_LEAST, _CACHED_A_PASSAGE = 100_000, 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the sources that determines an index; ``sentences`` asks for a vector of each, too."""

    embedder: Embedder
    bm25: Bm25Settings = field(default_factory=Bm25Settings)
    chunks: ChunkSettings = field(default_factory=ChunkSettings)
    sentences: bool = False

    @property
    def sentence_texts(self) -> str | None:
        """Of which texts vectors of sentences are made, as the manifest says it."""
        return SENTENCES_FINGERPRINT if self.sentences else None


def build_index(
    sources: Sequence[DocumentSource],
    target: IndexTarget,
    recipe: Recipe,
    on_progress: OnProgress = lambda done, total, stage: None,
    processes: int = 1,
) -> Manifest:
    """Makes ``sources`` the content of the index at ``target`` and returns its manifest.

    The index in use stays in use, whole, until the new one is complete; after any failure or kill it is still there.
    Unchanged sources under an unchanged recipe change nothing. No text is embedded that this embedder embedded before,
    in this build or in one that was interrupted.

    Args:
        sources: the whole content.
        target: where to.
        recipe: by what.
        on_progress: is told of it.
        processes: how many read a source that falls into several files. With more than one, a program that calls this
            must do so under ``if __name__ == "__main__":``, because each of them starts as a new interpreter.

    Raises:
        CorpusError: a source cannot be read or is empty, or two documents or corpora have the same name.
        StoreError: another build is under way, the disk is full, or the target cannot be written.
        BackendError: the embedder failed, or the server did.
    """
    infos = described(sources)
    if not infos:
        raise CorpusError("no corpus to build: name at least one")
    contents = from_sources(sources, infos, recipe.embedder, recipe.chunks, processes)
    return build_from(contents, target, recipe, on_progress)


def build_from(
    corpora: Sequence[Contents],
    target: IndexTarget,
    recipe: Recipe,
    on_progress: OnProgress,
    based_on: str | None = None,
) -> Manifest:
    """``build_index`` for contents of any origin.

    Args:
        corpora: the whole content.
        target: where to.
        recipe: by what.
        on_progress: is told of it.
        based_on: the generation that some of the passages come from; an error when another one is in use by now.
    """
    with target.building() as site, _lost_files_explained(target):
        current = _sound_manifest(target)
        if based_on is not None and (current is None or current.generation != based_on):
            raise StoreError("another process has changed the index meanwhile: repeat the command")
        if current is not None and _is_up_to_date(current, corpora, recipe, target):
            on_progress(current.passages, current.passages, "unchanged")
            return current
        with closing(Spool(site.workplace / "passages.sqlite3", recipe.bm25.analysis)) as spool:
            read = [_read_into(spool, corpus, site.workplace, on_progress) for corpus in corpora]
            spool.link()
            _require_room(spool, site, target, recipe.embedder)
            encoder = Bm25Encoder(recipe.bm25, spool.average_length)
            truncated = _store_all(spool, site, target, recipe, encoder, on_progress)
            manifest = Manifest(
                schema_version=SCHEMA_VERSION,
                generation=site.name,
                dimension=recipe.embedder.dimension,
                embedder=recipe.embedder.fingerprint,
                sparse=SparseRecord(
                    k1=recipe.bm25.k1,
                    b=recipe.bm25.b,
                    average_length=spool.average_length,
                    fingerprint=encoder.fingerprint,
                ),
                chunking=recipe.chunks.fingerprint,
                linking=LINKER,
                sentences=recipe.sentence_texts,
                layout=target.layout.fingerprint,
                corpora=tuple(read),
                passages=spool.passages,
                truncated=truncated,
                created=datetime.now(UTC),
                package_version=version("wardround"),
            )
        on_progress(0, 1, "publish")
        site.publish(manifest)
        on_progress(1, 1, "publish")
        return manifest


def _sound_manifest(target: IndexTarget) -> Manifest | None:
    """The manifest in use; None where nothing was built or the index is damaged, because a build is what repairs it."""
    try:
        store, manifest = target.open()
    except (PrerequisiteError, StoreError):
        return None
    with closing(store):
        if manifest.passages > EXACT_UP_TO:  # reading all of them would take longer than anyone waits for "unchanged"
            return manifest if store.count() == manifest.passages else None
        return None if any(problems_of(store, manifest, vectors=False)) else manifest


def _is_up_to_date(current: Manifest, corpora: Sequence[Contents], recipe: Recipe, target: IndexTarget) -> bool:
    return (
        {(corpus.name, corpus.version) for corpus in current.corpora}
        == {(corpus.name, corpus.version) for corpus in corpora}
        and current.embedder == recipe.embedder.fingerprint
        and current.dimension == recipe.embedder.dimension
        and current.chunking == recipe.chunks.fingerprint
        and current.linking == LINKER
        and current.sentences == recipe.sentence_texts
        and current.layout == target.layout.fingerprint
        and current.sparse.fingerprint == Bm25Encoder(recipe.bm25, current.sparse.average_length).fingerprint
    )


def _read_into(spool: Spool, corpus: Contents, folder: Path, on_progress: OnProgress) -> IndexedCorpus:
    before = spool.passages
    documents = corpus.read(spool, folder, lambda done: on_progress(done, None, "read"))
    if spool.passages == before:
        raise CorpusError(f"corpus {corpus.name!r} is empty: no document of it gave a passage; nothing was changed")
    return IndexedCorpus(
        name=corpus.name,
        version=corpus.version,
        licence=corpus.licence,
        description=corpus.description,
        documents=documents,
        passages=spool.passages - before,
    )


def _require_room(spool: Spool, site: Site, target: IndexTarget, embedder: Embedder) -> None:
    """Finds out before hours of embedding, not after, that the index will not fit; vectors of sentences come on top.

    Raises:
        StoreError: it will not.
    """
    with closing(EmbeddingCache(target.cache, embedder.fingerprint, embedder.dimension)) as cache:
        new = max(0, spool.passages - len(cache))
    site.require_room(bytes_ahead(spool.passages, spool.terms, spool.payload_bytes, embedder.dimension))
    require_room(target.cache.parent, new * cache_bytes(embedder.dimension))


def _store_all(
    spool: Spool, site: Site, target: IndexTarget, recipe: Recipe, encoder: Bm25Encoder, on_progress: OnProgress
) -> int:
    """Fills the site's store; returns how many passages are longer than the embedder reads."""
    embedder = recipe.embedder
    with (
        closing(EmbeddingCache(target.cache, embedder.fingerprint, embedder.dimension)) as cache,
        closing(site.store(embedder.dimension, sentences=recipe.sentences)) as store,
    ):
        vectors = PassageVectors(embedder, cache, lambda done: on_progress(done, spool.passages, "embed"))
        of_sentences = PassageVectors(embedder, cache, lambda done: None)
        with ThreadPoolExecutor(max_workers=1) as background:
            storing: Future[None] | None = None
            for window in spool.windows(_WINDOW):
                dense = vectors.of([passage.contents for passage in window])
                parts = sentence_vectors(window, of_sentences) if recipe.sentences else [None] * len(window)
                if storing is not None:
                    storing.result()
                storing = background.submit(_store_window, store, window, dense, parts, encoder)
            if storing is not None:
                storing.result()
        store.seal()
        if (stored := store.count()) != spool.passages:
            raise StoreError(f"the store holds {stored} of {spool.passages} passages after the build: try again")
        if not recipe.sentences and len(cache) > _CACHED_AT_LEAST + _CACHED_A_PASSAGE * spool.passages:
            cache.prune(content_key(passage.contents) for window in spool.windows(_WINDOW) for passage in window)
        return vectors.truncated


def _store_window(
    store: GrowingStore,
    window: Sequence[Passage],
    dense: Matrix,
    parts: Iterable[Matrix | None],
    encoder: Bm25Encoder,
) -> None:
    """Runs while the next window is embedded."""
    store.upsert(
        [
            IndexedPassage(passage, vector, encoder.encode_passage(passage.contents), part)
            for passage, vector, part in zip(window, dense, parts, strict=True)
        ]
    )


@contextmanager
def _lost_files_explained(target: IndexTarget) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(_full(target)) from error
        raise StoreError(
            f"a file of the build is gone or cannot be used ({error.strerror}: {error.filename}): repeat the build; "
            "what was embedded is kept where the folder is still there"
        ) from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise StoreError(_full(target)) from error
        raise StoreError(f"a working file of the build beside {target.cache} cannot be used ({error})") from error


def _full(target: IndexTarget) -> str:
    return f"the disk is full at {target.cache.parent}: free space, then repeat; the index in use is not affected"
