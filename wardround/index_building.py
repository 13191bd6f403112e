"""Building the configured index out of named corpora, and the starter index when there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from wardround.corpora_catalogue import STARTER, sources_named

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.retrievers.index.manifest import Manifest


def build(settings: Settings, names: Sequence[str], stream: TextIO, *, quiet: bool = False) -> Manifest:
    """Makes the named corpora the content of the configured index, and tells of it on ``stream``.

    Raises:
        InputError: a name is unknown.
        CorpusError: a corpus cannot be read.
        StoreError: the index cannot be written; the one in use stays in use.
    """
    from wardround.commands.build_progress import build_progress
    from wardround.retrievers.embedders.choose import choose_embedder
    from wardround.retrievers.index.build import Recipe, build_index
    from wardround.retrievers.index.open import index_target

    retrieval = settings.retrieval
    sources = sources_named(names)
    target = index_target(retrieval.store)
    recipe = Recipe(choose_embedder(retrieval.embedder), retrieval.bm25)
    with build_progress(stream, quiet=quiet) as on_progress:
        return build_index(sources, target, recipe, on_progress)


def ensure_index(settings: Settings, stream: TextIO, *, quiet: bool = False) -> None:
    """Builds the starter index where the configured folder holds none; an index on a server is its owner's matter.

    Raises:
        StoreError: the folder holds something that is no index, or cannot be written.
    """
    from wardround.retrievers.index.generations import current_generation

    store = settings.retrieval.store
    if store.kind == "edge" and current_generation(store.folder.expanduser()) is None:
        if not quiet:
            stream.write(f"Building the starter index in {store.folder}, once ...\n")
        build(settings, [STARTER], stream, quiet=quiet)
