"""Opening an index to search it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from wardround.errors import ConfigError, StoreError
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.hosts import require_allowed, without_credentials
from wardround.retrievers.index.manifest import Manifest, UnusableIndexError
from wardround.retrievers.index.server_target import ServerTarget
from wardround.retrievers.index.targets import FolderTarget, IndexTarget
from wardround.retrievers.protocols import Embedder, PassageStore
from wardround.retrievers.settings import Bm25Settings, RetrievalSettings, StoreSettings
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.server import connect

if TYPE_CHECKING:
    from qdrant_client import QdrantClient


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that is open for reading; it keeps its generation while newer ones are built.

    Attributes:
        store: finds passages.
        manifest: what the index says about itself.
        sparse: encodes queries as the passages were encoded.
    """

    store: PassageStore
    manifest: Manifest
    sparse: Bm25Encoder

    def close(self) -> None:
        """Releases files and connections; a second call does nothing."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def open_index(settings: RetrievalSettings, embedder: Embedder) -> OpenIndex:
    """The index that ``settings`` name, checked against the embedder and BM25 settings that will encode the queries.

    Raises:
        PrerequisiteError: nothing was built yet; holds the command.
        StoreError: the index is damaged, newer than this package, or made with another embedder, analysis, k1 or b.
        BackendError: the server cannot be reached.
    """
    store, manifest = _opened(settings.store)
    try:
        check_embedder(manifest, embedder)
        return OpenIndex(store, manifest, query_encoder(manifest, settings.bm25))
    except BaseException:
        store.close()
        raise


def index_target(settings: StoreSettings) -> IndexTarget:
    """The place that ``settings`` name, to build to or to ask for its manifest."""
    if settings.kind == "edge":
        return FolderTarget(settings.folder, settings.layout.quantization)
    return _server(settings)[1]


def check_embedder(manifest: Manifest, embedder: Embedder) -> None:
    """Passes when queries embedded by ``embedder`` can be compared with the index.

    Raises:
        StoreError: dimension or fingerprint differ.
    """
    if manifest.dimension != embedder.dimension:
        raise StoreError(
            f"the index holds vectors of {manifest.dimension} dimensions, the embedder makes {embedder.dimension}: "
            f"{_EITHER_WAY}"
        )
    if manifest.embedder != embedder.fingerprint:
        raise StoreError(
            f"the index was made with embedder {manifest.embedder}, not {embedder.fingerprint}: {_EITHER_WAY}"
        )


_EITHER_WAY = "rebuild it with `wardround corpus build`, or set retrieval.embedder to what it was made with"


def query_encoder(manifest: Manifest, settings: Bm25Settings) -> Bm25Encoder:
    """Encodes queries as the passages of the index were encoded.

    Raises:
        UnusableIndexError: they were encoded by other settings or another analysis.
    """
    encoder = Bm25Encoder(settings, manifest.sparse.average_length)
    if encoder.fingerprint != manifest.sparse.fingerprint:
        raise UnusableIndexError(
            f"the index was made with {manifest.sparse.fingerprint}, not {encoder.fingerprint}: rebuild it with "
            "`wardround corpus build`, or set retrieval.bm25 to what it was made with"
        )
    return encoder


def _opened(settings: StoreSettings) -> tuple[PassageStore, Manifest]:
    if settings.kind == "edge":
        return FolderTarget(settings.folder).open()
    client, target = _server(settings)
    try:
        return target.open(release=client.close)
    except BaseException:
        client.close()
        raise


def _server(settings: StoreSettings) -> tuple[QdrantClient, ServerTarget]:
    if settings.url is None:
        raise ConfigError("retrieval.store.kind is 'server' but retrieval.store.url is not set: name the server")
    require_allowed(settings.url, settings.allowed_hosts, setting="retrieval.store", name="url")
    client = connect(
        settings.url,
        api_key_env=settings.api_key_env,
        prefer_grpc=settings.prefer_grpc,
        timeout_seconds=settings.timeout_seconds,
    )
    calls = Calls(f"Qdrant at {without_credentials(settings.url)}", settings.api_key_env)
    return client, ServerTarget(client, settings.collection, calls, Path(settings.folder), settings.layout)
