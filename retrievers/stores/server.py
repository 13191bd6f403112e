"""Passages on a Qdrant server or cluster, through qdrant-client."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from wardround.corpora.records import Passage
from wardround.errors import BackendError, ConfigError, StoreError
from wardround.retrievers.hosts import is_this_machine, without_credentials
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, IndexedPassage, Matrix, SparseVector, Vector, Where
from wardround.retrievers.settings import LayoutSettings
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.collection_layout import quantization, vector_params
from wardround.retrievers.stores.conditions import AnyOf, conditions
from wardround.retrievers.stores.engine_store import Asked, EngineStore
from wardround.retrievers.stores.payload import (
    DENSE,
    FILTER_FIELDS,
    SENTENCES,
    SPARSE,
    from_payload,
    to_payload,
)
from wardround.retrievers.stores.ranking import EXACT_UP_TO, HNSW_EF, OVERSAMPLING, Keyed, Scored

if TYPE_CHECKING:
    from qdrant_client import QdrantClient, models

_BATCH = 128
_PAGE = 256
_INDEX_AFTER_KB = 20_000


def connect(url: str, *, api_key_env: str, prefer_grpc: bool, timeout_seconds: float) -> QdrantClient:
    """A client of the server at ``url``; nothing is sent before the first request.

    To a server on this machine it goes directly: a proxy of the environment would read every passage.

    Args:
        url: ``http://host:6333`` or ``https://...``, named by the user.
        api_key_env: environment variable that holds the API key, if the server wants one.
        prefer_grpc: speak gRPC (port 6334) where possible.
        timeout_seconds: per request; rounded up to whole seconds by the client.

    Raises:
        ConfigError: ``url`` is not a URL.
    """
    from qdrant_client import QdrantClient

    shown, through_proxies = without_credentials(url), not is_this_machine(url)
    try:
        address = urlsplit(url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ConfigError(f"retrieval.store.url is {shown!r}: write a whole URL such as http://localhost:6333")
        return QdrantClient(
            url=url,
            api_key=os.environ.get(api_key_env) or None,
            prefer_grpc=prefer_grpc,
            timeout=max(1, round(timeout_seconds)),
            check_compatibility=False,
            trust_env=through_proxies,
            grpc_options={} if through_proxies else {"grpc.enable_http_proxy": 0},
        )
    except ValueError:  # its message repeats the address with the password, so it is not even told as the cause
        raise ConfigError(
            f"retrieval.store.url ({shown!r}, where its name and password are left out) is no address: write it as in "
            f"http://localhost:6333, and the server's key in the environment variable {api_key_env}"
        ) from None


class ServerStore(EngineStore):
    """A ``PassageStore`` in one collection of a Qdrant server."""

    def __init__(
        self,
        client: QdrantClient,
        collection: str,
        dimension: int,
        calls: Calls,
        release: Callable[[], None] = lambda: None,
        *,
        sentences: bool = False,
    ) -> None:
        """Uses a collection that exists; see ``create``.

        Args:
            client: from ``connect``, or one in qdrant-client's local mode.
            collection: the collection's name, not an alias, so that an alias may move on while this store reads.
            dimension: length of its dense vectors.
            calls: how requests are made.
            release: called once when the store is closed, such as ``client.close`` where nobody else uses the client.
            sentences: whether it was made to keep vectors of sentences.
        """
        self._client = client
        self._collection = collection
        self._dimension = dimension
        self._calls = calls
        self._release = release
        self._sentences = sentences
        self._size: int | None = None
        self._open = True

    @classmethod
    def create(
        cls,
        client: QdrantClient,
        collection: str,
        dimension: int,
        calls: Calls,
        layout: LayoutSettings | None = None,
        *,
        sentences: bool = False,
    ) -> ServerStore:
        """Makes an empty collection; the server builds no graph and no payload index before ``seal``.

        With ``sentences`` it keeps a vector of every sentence, too, in 16 bits, without a graph and on disk.
        """
        from qdrant_client import models

        layout = layout or LayoutSettings()
        calls(
            f"create collection {collection!r}",
            lambda: client.create_collection(
                collection,
                vectors_config=vector_params(dimension, layout, sentences=sentences),
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
                quantization_config=quantization(layout.quantization),
                shard_number=layout.shards,
                replication_factor=layout.replicas,
            ),
        )
        return cls(client, collection, dimension, calls, sentences=sentences)

    def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        """Adds passages in batches, replacing those with the same id; waits until the server has stored them.

        Raises:
            StoreError: a dense vector has another length; nothing is added then.
        """
        from qdrant_client import models

        for item in passages:
            self._check(item.dense)
        points = [
            models.PointStruct(
                id=passage_key(item.passage.id),
                vector=self._vectors_of(item),
                payload=to_payload(item.passage),
            )
            for item in passages
        ]
        for first in range(0, len(points), _BATCH):
            self._put(points[first : first + _BATCH])
        self._size = None

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Removes passages; unknown ids are ignored."""
        from qdrant_client import models

        if not passage_ids:
            return
        selector = models.PointIdsList(points=[passage_key(name) for name in passage_ids])
        self._call("delete from", lambda name: self._client.delete(name, selector, wait=True))
        self._size = None

    def seal(self) -> None:
        """Prepares for reading what has been written: payload indexes, and HNSW graphs where the server wants them."""
        from qdrant_client import models

        for field, kind in FILTER_FIELDS.items():
            self._index(field, models.PayloadSchemaType(kind))
        config = models.OptimizersConfigDiff(indexing_threshold=_INDEX_AFTER_KB)
        self._call("configure", lambda name: self._client.update_collection(name, optimizers_config=config))

    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by their keys."""
        records = self._retrieve(keys, with_payload=True)
        return {int(record.id): from_payload(record.payload) for record in records}

    def scroll(self) -> Iterator[Passage]:
        """Every passage once, a page at a time."""
        offset: Any = None
        while True:
            records, offset = self._page(offset)
            yield from (from_payload(record.payload) for record in records)
            if offset is None:
                return

    def count(self, where: Where = EVERYWHERE) -> int:
        """How many passages match."""
        answer = self._call("count", lambda name: self._client.count(name, count_filter=_filter(where), exact=True))
        return int(answer.count)

    def close(self) -> None:
        """Ends the use of the client; a second call does nothing, any other call afterwards raises BackendError."""
        if self._open:
            self._open = False
            self._release()

    def _passages(self, asked: Asked) -> list[Scored]:
        (points,) = self._searched([self._request(asked, with_payload=True)])
        return [Scored(point.score, from_payload(point.payload)) for point in points]

    def _answers(self, asked: Sequence[Asked]) -> list[Keyed]:
        answers = self._searched([self._request(one) for one in asked])
        return [Keyed.of([(point.score, point.id) for point in points]) for points in answers]

    def _searched(self, requests: Sequence[models.QueryRequest]) -> list[list[Any]]:
        answers = self._call("search", lambda name: self._client.query_batch_points(name, requests=requests))
        return [answer.points for answer in answers]

    def _request(self, asked: Asked, *, with_payload: bool = False) -> models.QueryRequest:
        from qdrant_client import models

        named = models.Filter(must=[models.HasIdCondition(has_id=list(asked.keys))]) if asked.keys else None
        return models.QueryRequest(
            query=_sparse(asked.vector) if asked.using == SPARSE else asked.vector,
            using=asked.using,
            limit=asked.limit,
            filter=named or _filter(asked.where),
            params=None if asked.using == SPARSE else self._params(named=named is not None),
            with_payload=with_payload,
        )

    def _params(self, *, named: bool) -> models.SearchParams:
        """How vectors are compared: exactly in a small collection, and where passages are named, which are few."""
        from qdrant_client import models

        if self._size is None:
            self._size = self.count()
        if named or self._size <= EXACT_UP_TO:
            return models.SearchParams(exact=True)
        rescored = models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING)
        return models.SearchParams(exact=False, hnsw_ef=HNSW_EF, quantization=rescored)

    def _rows(self, named: Mapping[int, str], keys: Iterable[int]) -> Matrix:
        """The dense vectors of ``keys``; one that is missing goes by its name in the message."""
        records = self._retrieve(list(named), with_payload=False, with_vectors=[DENSE])
        found = {record.id: record.vector[DENSE] for record in records}
        missing = [name for key, name in named.items() if key not in found]
        if missing:
            raise StoreError(f"no passage {missing[0]!r} in collection {self._collection!r}")
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._dimension)

    def _retrieve(self, keys: Sequence[int], **wanted: Any) -> list[Any]:
        if not keys:
            return []
        records: list[Any] = self._call("read", lambda name: self._client.retrieve(name, list(keys), **wanted))
        return records

    def _vectors_of(self, item: IndexedPassage) -> Any:
        vectors: dict[str, Any] = {DENSE: item.dense.tolist(), SPARSE: _sparse(item.sparse)}
        if self._sentences and item.sentences is not None:
            vectors[SENTENCES] = item.sentences.tolist()
        return vectors

    def _call(self, action: str, request: Any) -> Any:
        if not self._open:
            raise BackendError(f"cannot {action} collection {self._collection!r}: the connection has been closed")
        return self._calls(f"{action} collection {self._collection!r}", lambda: request(self._collection))

    def _page(self, offset: Any) -> Any:
        return self._call("read", lambda name: self._client.scroll(name, limit=_PAGE, offset=offset, with_payload=True))

    def _put(self, points: list[models.PointStruct]) -> None:
        self._call("write to", lambda name: self._client.upsert(name, points, wait=True))

    def _index(self, field: str, schema: models.PayloadSchemaType) -> None:
        self._call("index", lambda name: self._client.create_payload_index(name, field, schema, wait=True))

    def _check(self, vector: Vector) -> None:
        if vector.shape != (self._dimension,):
            raise StoreError(
                f"collection {self._collection!r} holds vectors of {self._dimension} dimensions, not of shape "
                f"{vector.shape}: use the embedder it was built with"
            )


def _sparse(vector: SparseVector) -> models.SparseVector:
    from qdrant_client import models

    return models.SparseVector(indices=list(vector.indices), values=list(vector.values))


def _filter(where: Where) -> models.Filter | None:
    from qdrant_client import models

    must: list[models.Condition] = [
        models.FieldCondition(key=condition.field, match=models.MatchAny(any=condition.values))
        if isinstance(condition, AnyOf)
        else models.FieldCondition(key=condition.field, range=models.Range(gte=condition.first, lte=condition.last))
        for condition in conditions(where)
    ]
    if where.passage_ids:
        must.append(models.HasIdCondition(has_id=[passage_key(name) for name in where.passage_ids]))
    return models.Filter(must=must) if must else None
