"""An index on a Qdrant server: one collection a generation, and an alias that says which is in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from wardround.errors import PrerequisiteError, StoreError, WardroundError
from wardround.retrievers.index.generations import NAME_PATTERN, staged_generation
from wardround.retrievers.index.manifest import Manifest, read_manifest
from wardround.retrievers.index.targets import GrowingStore, Site
from wardround.retrievers.protocols import PassageStore
from wardround.retrievers.settings import LayoutSettings
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.server import ServerStore

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

_METADATA = "wardround_manifest"


class ServerTarget:
    """An index behind an alias of a Qdrant server.

    A generation is the collection ``<alias>-<generation>``; its manifest is the collection's metadata (Qdrant 1.16 and
    newer keep it). After a switch the generation just replaced stays, for readers that began on it; older ones and what
    killed builds left are deleted.
    """

    def __init__(
        self, client: QdrantClient, alias: str, calls: Calls, workplace: Path, layout: LayoutSettings | None = None
    ) -> None:
        """Names the place.

        Args:
            client: from ``stores.server.connect``.
            alias: under which readers find the index.
            calls: how requests are made.
            workplace: a folder on this machine for the embedding cache, passing files and the builder's lock. Two
                machines that build at once do not see each other; each leaves a whole index, and the later switch wins.
            layout: of collections that are built.
        """
        self._client = client
        self._alias = alias
        self._calls = calls
        self._workplace = workplace.expanduser()
        self._layout = layout or LayoutSettings()

    @property
    def cache(self) -> Path:
        """The embedding cache's file."""
        return self._workplace / "embeddings.sqlite3"

    @property
    def layout(self) -> LayoutSettings:
        """Of collections that are built."""
        return self._layout

    def manifest(self) -> Manifest | None:
        """Of the generation in use; None where nothing was built yet."""
        collection = self.collection()
        return None if collection is None else self._manifest_of(collection)

    def open(self, release: Callable[[], None] = lambda: None) -> tuple[PassageStore, Manifest]:
        """The store of the generation in use with its manifest; it stays with its generation when the alias moves on.

        Args:
            release: called when the store is closed.

        Raises:
            PrerequisiteError: nothing was built yet.
            StoreError: the alias names a collection that is not ours.
        """
        collection = self.collection()
        if collection is None:
            raise PrerequisiteError(f"no index {self._alias!r} on {self._calls.server}: run `wardround corpus build`")
        manifest = self._manifest_of(collection)
        sentences = bool(manifest.sentences)
        store = ServerStore(self._client, collection, manifest.dimension, self._calls, release, sentences=sentences)
        return store, manifest

    @contextmanager
    def building(self) -> Iterator[Site]:
        """A site for the next generation; an unpublished collection is deleted after the block.

        Raises:
            StoreError: another process of this machine builds this index.
        """
        with staged_generation(self._workplace / f"server-{self._alias}") as staging:
            site = _ServerSite(self, staging)
            try:
                yield site
            except BaseException as error:
                try:
                    site.clear()
                except WardroundError as left:
                    error.add_note(f"the unfinished collection stays until a later build: {left}")
                raise

    def collection(self) -> str | None:
        """The collection that the alias names; None where there is no alias."""
        answer = self._calls("list aliases", self._client.get_aliases)
        return next((found.collection_name for found in answer.aliases if found.alias_name == self._alias), None)

    def create(self, collection: str, dimension: int, *, sentences: bool) -> ServerStore:
        """An empty store in a new collection, with room for vectors of sentences or not."""
        return ServerStore.create(self._client, collection, dimension, self._calls, self._layout, sentences=sentences)

    def delete(self, collection: str) -> None:
        """Removes a collection; nothing happens where there is none."""
        self._calls(f"delete collection {collection!r}", lambda: self._client.delete_collection(collection))

    def collection_name(self, generation: str) -> str:
        """Of a generation of this index."""
        return f"{self._alias}-{generation}"

    def switch(self, collection: str, manifest: Manifest) -> None:
        """Writes the manifest, moves the alias in one step, and deletes generations older than the one replaced."""
        from qdrant_client import models

        self._calls(
            f"write the manifest of {collection!r}",
            lambda: self._client.update_collection(collection, metadata={_METADATA: manifest.to_json()}),
        )
        replaced = self.collection()
        operations: list[models.AliasOperations] = [
            models.CreateAliasOperation(
                create_alias=models.CreateAlias(collection_name=collection, alias_name=self._alias)
            )
        ]
        if replaced is not None:
            operations.insert(0, models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=self._alias)))
        self._calls(
            f"move alias {self._alias!r} to {collection!r}",
            lambda: self._client.update_collection_aliases(change_aliases_operations=operations),
        )
        # Names sort by time; what sorts before the one just replaced is a retired generation or a killed build, unless
        # the clock was set back meanwhile: the new one always stays.
        oldest_kept = replaced or collection
        for name in self._generations():
            if name < oldest_kept and name != collection:
                self.delete(name)

    def _generations(self) -> list[str]:
        answer = self._calls("list collections", self._client.get_collections)
        ours = re.compile(rf"{re.escape(self._alias)}-{NAME_PATTERN}")
        return [found.name for found in answer.collections if ours.fullmatch(found.name)]

    def _manifest_of(self, collection: str) -> Manifest:
        answer = self._calls(f"read collection {collection!r}", lambda: self._client.get_collection(collection))
        raw = (answer.config.metadata or {}).get(_METADATA)
        if not isinstance(raw, str):
            raise StoreError(
                f"collection {collection!r} carries no manifest: another program made it, or the server is older than "
                "Qdrant 1.16; build the index with `wardround corpus build` on a newer server"
            )
        return read_manifest(raw, f"the manifest of collection {collection!r}")


class _ServerSite:
    def __init__(self, target: ServerTarget, staging: Path) -> None:
        self._target = target
        self._published = False
        self._created = False
        self.name = staging.name
        self.workplace = staging

    @property
    def _collection(self) -> str:
        return self._target.collection_name(self.name)

    def require_room(self, needed: int) -> None:
        """Passes: a server does not say how much room it has, and refuses what does not fit."""

    def store(self, dimension: int, *, sentences: bool) -> GrowingStore:
        self._created = True
        return self._target.create(self._collection, dimension, sentences=sentences)

    def publish(self, manifest: Manifest) -> None:
        self._target.switch(self._collection, manifest)
        self._published = True

    def clear(self) -> None:
        if self._created and not self._published:
            self._target.delete(self._collection)
