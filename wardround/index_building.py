"""Building and changing the configured index out of corpora that are known by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from wardround.corpora.kinds import CorpusEntry, open_corpus
from wardround.corpora.quarantine_file import QuarantinedSource, QuarantineFile
from wardround.corpora.source import DocumentSource
from wardround.corpora_added import AddedCorpora
from wardround.corpora_catalogue import STARTER, entries_named
from wardround.errors import CorpusError, InputError, PrerequisiteError, WardroundError
from wardround.retrievers.processors import cores

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.retrievers.index.build import OnProgress, Recipe
    from wardround.retrievers.index.manifest import Manifest
    from wardround.retrievers.index.targets import IndexTarget

    Work = Callable[[Sequence[DocumentSource], IndexTarget, Recipe, OnProgress], Manifest]


@dataclass(frozen=True, slots=True)
class PutAside:
    """Records of a corpus that could not be read: how many, and the file that holds them with place and reason."""

    records: int
    path: Path


@dataclass(frozen=True, slots=True)
class Outcome:
    """An index after a change; ``put_aside`` has the corpora, by name, of which not everything could be read."""

    manifest: Manifest
    put_aside: Mapping[str, PutAside]


def build(settings: Settings, names: Sequence[str], stream: TextIO, *, quiet: bool = False) -> Outcome:
    """Makes the named corpora the content of the configured index, and tells of it on ``stream``.

    Without names these are all that were added, or the starter where none was.

    Raises:
        InputError: a name is unknown.
        CorpusError: a corpus cannot be read.
        StoreError: the index cannot be written; the one in use stays in use.
    """
    from wardround.retrievers.index.build import build_index

    added = AddedCorpora(settings.retrieval.store).entries()
    entries = entries_named(names or list(added) or [STARTER], added)
    return _changed(settings, entries, partial(build_index, processes=cores()), stream, quiet)


def add(settings: Settings, entry: CorpusEntry, stream: TextIO, *, quiet: bool = False) -> Outcome:
    """Puts one corpus into the configured index, in the place of one with its name, and remembers how it is read.

    Raises:
        CorpusError: the corpus cannot be read; it is not remembered then.
        StoreError: the index cannot be written, or was made with another embedder.
    """
    from wardround.retrievers.index.build import build_index
    from wardround.retrievers.index.open import index_target
    from wardround.retrievers.index.update import update_index

    def put(
        sources: Sequence[DocumentSource], target: IndexTarget, recipe: Recipe, on_progress: OnProgress
    ) -> Manifest:
        return update_index(target, recipe, put=sources, on_progress=on_progress, processes=cores())

    empty = index_target(settings.retrieval.store).manifest() is None
    build = partial(build_index, processes=cores())
    return _changed(settings, [entry], build if empty else put, stream, quiet)


def update(settings: Settings, names: Sequence[str], stream: TextIO, *, quiet: bool = False) -> Outcome:
    """Reads corpora of the index anew where they have changed; all that can be read again when none is named.

    Raises:
        InputError: a name is unknown.
        PrerequisiteError: there is no index yet.
        CorpusError: a corpus cannot be read; nothing was changed.
        StoreError: the index cannot be written, or was made with another embedder.
    """
    from wardround.retrievers.index.open import index_target
    from wardround.retrievers.index.update import update_index

    current = index_target(settings.retrieval.store).manifest()
    if current is None:
        raise PrerequisiteError("there is no index yet: run `wardround corpus build`")
    added = AddedCorpora(settings.retrieval.store).entries()
    indexed = [name for name in added if current.corpus(name) is not None]
    entries = entries_named(names or indexed, added)

    def put_changed(
        sources: Sequence[DocumentSource], target: IndexTarget, recipe: Recipe, on_progress: OnProgress
    ) -> Manifest:
        versions = {corpus.name: corpus.version for corpus in current.corpora}
        infos = [source.describe() for source in sources]
        changed = [
            source for source, info in zip(sources, infos, strict=True) if versions.get(info.name) != info.version
        ]
        return update_index(target, recipe, put=changed, on_progress=on_progress, processes=cores())

    return _changed(settings, entries, put_changed, stream, quiet)


def remove(settings: Settings, names: Sequence[str], stream: TextIO, *, quiet: bool = False) -> Manifest | None:
    """Takes corpora out of the index and forgets how they are read; their files stay.

    Raises:
        CorpusError: a name is unknown, or no corpus would be left in the index.
        StoreError: the index cannot be written.
    """
    from wardround.retrievers.index.open import index_target
    from wardround.retrievers.index.update import update_index

    registry = AddedCorpora(settings.retrieval.store)
    current = index_target(settings.retrieval.store).manifest()
    indexed = [corpus.name for corpus in current.corpora] if current else []
    for name in names:
        if name not in indexed and name not in registry.entries():
            raise CorpusError(f"there is no corpus {name!r} in the index or among those added: `wardround corpus list`")
    doomed = [name for name in names if name in indexed]

    def take_out(_: Sequence[DocumentSource], target: IndexTarget, recipe: Recipe, on_progress: OnProgress) -> Manifest:
        return update_index(target, recipe, remove=doomed, on_progress=on_progress)

    manifest = _changed(settings, [], take_out, stream, quiet).manifest if doomed else current
    registry.drop(names)
    for name in names:
        registry.quarantine(name).unlink(missing_ok=True)
    return manifest


def ensure_index(settings: Settings, stream: TextIO, *, quiet: bool = False) -> None:
    """Builds the starter index where the configured folder holds none, and builds a damaged or outdated one again.

    An index on a server is its owner's matter, and so is one with corpora that nobody can read again.

    Raises:
        ConfigError: answers cannot read words as the settings say; nothing is built then, so that a setting of one
            command takes no index away.
        StoreError: the folder holds something that is no index, or cannot be written, or a newer version's index.
    """
    from wardround.retrievers.analysis_choice import choose_analysis
    from wardround.retrievers.index.manifest import UnusableIndexError
    from wardround.retrievers.index.open import index_target, query_encoder
    from wardround.retrievers.term_rarity import require_readable

    require_readable(choose_analysis(settings.retrieval.bm25.analysis))
    if settings.retrieval.store.kind != "edge":
        return
    tell = (lambda line: None) if quiet else stream.write
    try:
        store, manifest = index_target(settings.retrieval.store).open()
        with closing(store):
            query_encoder(manifest, settings.retrieval.bm25)
    except PrerequisiteError:
        tell(f"Building the starter index in {settings.retrieval.store.folder}, once ...\n")
        build(settings, [], stream, quiet=quiet)
    except UnusableIndexError as error:
        names = _names_to_rebuild(settings, error)
        tell(f"Building the index again, with the embeddings that are kept, because {error}\n")
        build(settings, names, stream, quiet=quiet)


def _names_to_rebuild(settings: Settings, error: WardroundError) -> list[str]:
    """The corpora of the unusable index, as far as it can still say; raises ``error`` where one is not readable."""
    from wardround.retrievers.index.manifest import UnusableIndexError
    from wardround.retrievers.index.open import index_target

    try:
        manifest = index_target(settings.retrieval.store).manifest()
    except UnusableIndexError:
        return []
    names = [corpus.name for corpus in manifest.corpora] if manifest else []
    try:
        entries_named(names, AddedCorpora(settings.retrieval.store).entries())
    except InputError:
        raise error from None
    return names


def _changed(settings: Settings, entries: Sequence[CorpusEntry], work: Work, stream: TextIO, quiet: bool) -> Outcome:
    from wardround.commands.build_progress import build_progress
    from wardround.retrievers.embedders.choose import choose_embedder
    from wardround.retrievers.index.build import Recipe
    from wardround.retrievers.index.open import index_target

    retrieval = settings.retrieval
    registry = AddedCorpora(retrieval.store)
    sources: list[QuarantinedSource] = []
    try:
        for entry in entries:
            quarantine = QuarantineFile(registry.quarantine(entry.name))
            sources.append(QuarantinedSource(open_corpus(entry, quarantine), quarantine))
        recipe = Recipe(choose_embedder(retrieval.embedder), retrieval.bm25, sentences=retrieval.sentence_vectors)
        with build_progress(stream, quiet=quiet) as on_progress:
            manifest = work(sources, index_target(retrieval.store), recipe, on_progress)
    finally:
        for source in sources:
            source.settle()
    registry.put(entries)
    put_aside = {
        entry.name: PutAside(source.quarantine.records, source.quarantine.path)
        for entry, source in zip(entries, sources, strict=True)
        if source.quarantine.records
    }
    return Outcome(manifest, put_aside)
