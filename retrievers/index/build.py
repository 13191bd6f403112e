"""Building an index: read, cut into passages, embed, store, and only then put into use."""

from __future__ import annotations

import errno
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.near_duplicates import LINKER
from wardround.corpora.records import CorpusInfo, Passage
from wardround.corpora.source import DocumentSource
from wardround.errors import CorpusError, PrerequisiteError, StoreError
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.index.embedding import PassageVectors
from wardround.retrievers.index.embedding_cache import EmbeddingCache, content_key
from wardround.retrievers.index.manifest import SCHEMA_VERSION, IndexedCorpus, Manifest, SparseRecord
from wardround.retrievers.index.spool import Spool
from wardround.retrievers.index.targets import IndexTarget, Site
from wardround.retrievers.index.verify import problems_of
from wardround.retrievers.protocols import Embedder, IndexedPassage
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.stores.ranking import EXACT_UP_TO

OnProgress = Callable[[int, int | None, str], None]
"""Called with what is done, the total where it is known, and the stage: ``read`` (documents), ``embed`` (passages),
``publish`` or ``unchanged`` (passages)."""

_WINDOW = 2048
# Vectors of earlier contents are kept for going back to them, up to a point.
_CACHED_AT_LEAST, _CACHED_A_PASSAGE = 100_000, 3


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything besides the sources that determines an index."""

    embedder: Embedder
    bm25: Bm25Settings = field(default_factory=Bm25Settings)
    chunks: ChunkSettings = field(default_factory=ChunkSettings)


def build_index(
    sources: Sequence[DocumentSource],
    target: IndexTarget,
    recipe: Recipe,
    on_progress: OnProgress = lambda done, total, stage: None,
) -> Manifest:
    """Makes ``sources`` the content of the index at ``target`` and returns its manifest.

    The index in use stays in use, whole, until the new one is complete; after any failure or kill it is still there.
    Unchanged sources under an unchanged recipe change nothing. No text is embedded that this embedder embedded before,
    in this build or in one that was interrupted.

    Raises:
        CorpusError: a source cannot be read or is empty, or two documents or corpora have the same name.
        StoreError: another build is under way, the disk is full, or the target cannot be written.
        BackendError: the embedder failed, or the server did.
    """
    infos = described(sources)
    if not infos:
        raise CorpusError("no corpus to build: name at least one")
    return build_from(from_sources(sources, infos, recipe), target, recipe, on_progress)


@dataclass(frozen=True, slots=True)
class Contents:
    """One corpus as it goes into an index.

    Attributes:
        name: of the corpus.
        version: identifies its content.
        licence: of its text.
        description: one line.
        passages: yields all of them; document by document, unless ``documents`` says how many those are.
        documents: how many gave a passage, where that is known beforehand.
    """

    name: str
    version: str
    licence: str
    description: str
    passages: Callable[[], Iterator[Passage]]
    documents: int | None = None


def described(sources: Sequence[DocumentSource]) -> list[CorpusInfo]:
    """What each source says about itself.

    Raises:
        CorpusError: two have the same name.
    """
    infos = [source.describe() for source in sources]
    for name, times in Counter(info.name for info in infos).items():
        if times > 1:
            raise CorpusError(f"two corpora are called {name!r}: give each a name of its own")
    return infos


def from_sources(sources: Sequence[DocumentSource], infos: Sequence[CorpusInfo], recipe: Recipe) -> list[Contents]:
    """The corpora of ``sources``, cut into passages when they are read."""

    def passages(source: DocumentSource) -> Iterator[Passage]:
        for document in source.documents():
            yield from passages_of(document, recipe.chunks, recipe.embedder.count_tokens)

    return [
        Contents(info.name, info.version, info.licence, info.description, partial(passages, source))
        for source, info in zip(sources, infos, strict=True)
    ]


def build_from(
    corpora: Sequence[Contents],
    target: IndexTarget,
    recipe: Recipe,
    on_progress: OnProgress,
    based_on: str | None = None,
) -> Manifest:
    """``build_index`` for corpora that are passages already.

    Args:
        corpora: the whole content.
        target: where to.
        recipe: by what.
        on_progress: is told of it.
        based_on: the generation that some of the passages come from; an error when another one is in use by now.
    """
    with target.building() as site, _full_disk_explained(target):
        current = _sound_manifest(target)
        if based_on is not None and (current is None or current.generation != based_on):
            raise StoreError("another process has changed the index meanwhile: repeat the command")
        if current is not None and _is_up_to_date(current, corpora, recipe):
            on_progress(current.passages, current.passages, "unchanged")
            return current
        with closing(Spool(site.workplace / "passages.sqlite3")) as spool:
            read = [_read_into(spool, corpus, on_progress) for corpus in corpora]
            spool.link()
            encoder = Bm25Encoder(recipe.bm25, spool.average_length)
            _store_all(spool, site, target, recipe, encoder, on_progress)
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
                corpora=tuple(read),
                passages=spool.passages,
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


def _is_up_to_date(current: Manifest, corpora: Sequence[Contents], recipe: Recipe) -> bool:
    return (
        {(corpus.name, corpus.version) for corpus in current.corpora}
        == {(corpus.name, corpus.version) for corpus in corpora}
        and current.embedder == recipe.embedder.fingerprint
        and current.dimension == recipe.embedder.dimension
        and current.chunking == recipe.chunks.fingerprint
        and current.linking == LINKER
        and current.sparse.fingerprint == Bm25Encoder(recipe.bm25, current.sparse.average_length).fingerprint
    )


def _read_into(spool: Spool, corpus: Contents, on_progress: OnProgress) -> IndexedCorpus:
    before = spool.passages
    documents = 0
    latest = None
    for passage in corpus.passages():
        spool.add(passage)
        if passage.document_id != latest:
            documents, latest = documents + 1, passage.document_id
            on_progress(documents, None, "read")
    if spool.passages == before:
        raise CorpusError(f"corpus {corpus.name!r} is empty: no document of it gave a passage; nothing was changed")
    return IndexedCorpus(
        name=corpus.name,
        version=corpus.version,
        licence=corpus.licence,
        description=corpus.description,
        documents=documents if corpus.documents is None else corpus.documents,
        passages=spool.passages - before,
    )


def _store_all(
    spool: Spool, site: Site, target: IndexTarget, recipe: Recipe, encoder: Bm25Encoder, on_progress: OnProgress
) -> None:
    embedder = recipe.embedder
    with (
        closing(EmbeddingCache(target.cache, embedder.fingerprint, embedder.dimension)) as cache,
        closing(site.store(embedder.dimension)) as store,
    ):
        vectors = PassageVectors(embedder, cache, lambda done: on_progress(done, spool.passages, "embed"))
        for window in spool.windows(_WINDOW):
            dense = vectors.of([passage.contents for passage in window])
            store.upsert(
                [
                    IndexedPassage(passage, vector, encoder.encode_passage(passage.contents))
                    for passage, vector in zip(window, dense, strict=True)
                ]
            )
        store.seal()
        if (stored := store.count()) != spool.passages:
            raise StoreError(f"the store holds {stored} of {spool.passages} passages after the build: try again")
        if len(cache) > _CACHED_AT_LEAST + _CACHED_A_PASSAGE * spool.passages:
            cache.prune(content_key(passage.contents) for window in spool.windows(_WINDOW) for passage in window)


@contextmanager
def _full_disk_explained(target: IndexTarget) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreError(_full(target)) from error
        raise
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
            raise StoreError(_full(target)) from error
        raise StoreError(f"a working file of the build beside {target.cache} cannot be used ({error})") from error


def _full(target: IndexTarget) -> str:
    return f"the disk is full at {target.cache.parent}: free space, then repeat; the index in use is not affected"
