"""Where an index is built to: a folder, or a Qdrant server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from wardround.retrievers.index.generations import STORE, current_manifest, publish, staged_generation
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.index.reading import open_generation
from wardround.retrievers.protocols import PassageStore
from wardround.retrievers.settings import LayoutSettings, Quantization
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.room import WRITER_MARGIN, require_room


class GrowingStore(PassageStore, Protocol):
    """A store that is being filled."""

    def seal(self) -> None:
        """Prepares for reading what has been written."""
        ...


class Site(Protocol):
    """One build under way.

    Attributes:
        name: of the generation it will become.
        workplace: a folder for files that are gone after the build.
    """

    name: str
    workplace: Path

    def require_room(self, needed: int) -> None:
        """Passes where about ``needed`` bytes more fit, or where nobody here can know.

        Raises:
            StoreError: they do not fit.
        """
        ...

    def store(self, dimension: int, *, sentences: bool) -> GrowingStore:
        """An empty store for the generation, with room for vectors of sentences or not; closed before publishing."""
        ...

    def publish(self, manifest: Manifest) -> None:
        """Puts the generation into use in one step."""
        ...


class IndexTarget(Protocol):
    """A place that holds one index, whose generations replace each other."""

    @property
    def cache(self) -> Path:
        """The embedding cache's file."""
        ...

    @property
    def layout(self) -> LayoutSettings:
        """How vectors of what is built here are laid out."""
        ...

    def manifest(self) -> Manifest | None:
        """Of the generation in use; None where nothing was built yet."""
        ...

    def open(self) -> tuple[PassageStore, Manifest]:
        """The generation in use, for reading; it stays readable until closed, whatever is built meanwhile.

        Raises:
            PrerequisiteError: nothing was built yet.
            StoreError: the index is damaged or of a newer version.
        """
        ...

    def building(self) -> AbstractContextManager[Site]:
        """A site for the next generation; what was not published is gone after the block.

        Raises:
            StoreError: another build is under way here.
        """
        ...


class FolderTarget:
    """An index in a folder on this machine, through Qdrant Edge."""

    def __init__(self, root: Path, quantization: Quantization = "none") -> None:
        """Names the folder, which is made when something is built, and how dense vectors are then quantised."""
        self._root = root.expanduser()
        self._quantization = quantization

    @property
    def cache(self) -> Path:
        """The embedding cache's file."""
        return self._root / "embeddings.sqlite3"

    @property
    def layout(self) -> LayoutSettings:
        """Quantised or not; nothing else of a layout is for folders."""
        return LayoutSettings(quantization=self._quantization)

    def manifest(self) -> Manifest | None:
        """Of the generation in use; None where nothing was built yet."""
        return current_manifest(self._root)

    def open(self) -> tuple[PassageStore, Manifest]:
        """The generation in use, for reading, through a clone that is this process' own."""
        return open_generation(self._root)

    @contextmanager
    def building(self) -> Iterator[Site]:
        """A site in the folder's staging area; readers see nothing of it before it is published."""
        with staged_generation(self._root) as staging:
            yield _FolderSite(self._root, staging, self._quantization)


class _FolderSite:
    def __init__(self, root: Path, staging: Path, quantization: Quantization) -> None:
        self._root = root
        self._quantization = quantization
        self._staging = staging
        self.name = staging.name
        self.workplace = staging.with_name(f"{staging.name}-work")
        self.workplace.mkdir()

    def require_room(self, needed: int) -> None:
        require_room(self._staging, WRITER_MARGIN + needed)

    def store(self, dimension: int, *, sentences: bool) -> GrowingStore:
        return EdgeStore.create(self._staging / STORE, dimension, sentences=sentences, quantization=self._quantization)

    def publish(self, manifest: Manifest) -> None:
        # The first opening after a build merges the engine's journals; done here, no reader has to.
        EdgeStore.open(self._staging / STORE, manifest.dimension, sentences=bool(manifest.sentences)).close()
        publish(self._root, self._staging, manifest)
