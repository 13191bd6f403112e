"""Passages in a folder, through Qdrant Edge: the Qdrant engine inside this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wardround.corpora.records import Passage
from wardround.errors import StoreError
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, IndexedPassage, Matrix, Scores, Vector, Where
from wardround.retrievers.settings import Quantization
from wardround.retrievers.stores.dense_matrix import DenseMatrix
from wardround.retrievers.stores.edge_errors import engine_errors
from wardround.retrievers.stores.edge_layout import edge_config, quantization_of
from wardround.retrievers.stores.edge_requests import engine_filter, engine_terms, query_request
from wardround.retrievers.stores.engine_store import Asked, EngineStore
from wardround.retrievers.stores.payload import (
    DENSE,
    FILTER_FIELDS,
    SENTENCES,
    SPARSE,
    from_payload,
    to_payload,
)
from wardround.retrievers.stores.ranking import EXACT_UP_TO, Keyed, Scored
from wardround.retrievers.stores.room import WRITER_MARGIN, bytes_of, require_room

_PAGE = 256

INDEX_PAYLOAD_FROM = 5_000
"""From this many passages on, filters use payload indexes: without them a filtered search takes 2 ms for 1000 passages,
with them the folder has 45 more files, which each reader opens."""


class EdgeStore(EngineStore):
    """A ``PassageStore`` in a folder of its own.

    The engine runs without a write-ahead log, so that it locks nothing: whoever writes sees to it that there is one
    writer (``retrievers/index/generations.py`` does), and several processes that read use clones of the folder, since
    opening alone rewrites small files. A folder whose writer was killed is to be thrown away.

    After deletions the engine's N in the IDF still counts the deleted passages until a segment is rewritten; an index
    that is built anew for each change, as ours are, never shows this.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        shard: Any,
        *,
        writable: bool,
        sentences: bool = False,
        exact_up_to: int = EXACT_UP_TO,
        quantization: Quantization = "none",
    ) -> None:
        """Wraps an open shard; use ``create`` or ``open``.

        Args:
            folder: names the store in messages.
            dimension: length of the dense vectors.
            shard: the engine's ``EdgeShard``.
            writable: False refuses ``upsert`` and ``delete``.
            sentences: whether it was made to keep vectors of sentences.
            exact_up_to: more passages are searched through a graph, which ``seal`` makes.
            quantization: of the vectors that are scanned; the best are scored again by the full ones.
        """
        self._folder = folder
        self._dimension = dimension
        self._shard = shard
        self._writable = writable
        self._sentences = sentences
        self._exact_up_to = exact_up_to
        self._quantization = quantization
        self._size = self.count()
        self._matrix: DenseMatrix | None = None

    @classmethod
    def create(
        cls,
        folder: Path,
        dimension: int,
        *,
        sentences: bool = False,
        exact_up_to: int = EXACT_UP_TO,
        quantization: Quantization = "none",
    ) -> EdgeStore:
        """An empty store for vectors of length ``dimension`` in ``folder``, which is made.

        Args:
            folder: where it will lie.
            dimension: length of the dense vectors.
            sentences: keep a vector of every sentence, too, in 16 bits.
            exact_up_to: more passages are searched through a graph, which ``seal`` makes.
            quantization: scan smaller vectors, which ``seal`` makes, at any size and without a graph.

        Raises:
            StoreError: the folder holds a store already or cannot be written.
        """
        import qdrant_edge

        folder.mkdir(parents=True, exist_ok=True)
        require_room(folder, WRITER_MARGIN)
        with engine_errors(folder, "create"):
            config = edge_config(dimension, sentences=sentences, quantization=quantization)
            shard = qdrant_edge.EdgeShard.create(str(folder), config)
        return cls(
            folder,
            dimension,
            shard,
            writable=True,
            sentences=sentences,
            exact_up_to=exact_up_to,
            quantization=quantization,
        )

    @classmethod
    def open(
        cls,
        folder: Path,
        dimension: int,
        *,
        writable: bool = False,
        name: Path | None = None,
        sentences: bool = False,
    ) -> EdgeStore:
        """The store that was created in ``folder``.

        Args:
            folder: where it lies.
            dimension: length of its dense vectors.
            writable: whether it may be changed.
            name: names the store in messages, where ``folder`` is a passing clone.
            sentences: whether it was made to keep vectors of sentences.

        Raises:
            StoreError: there is none, it is damaged, or its vectors have another length.
        """
        import qdrant_edge

        with engine_errors(name or folder, "open"):
            quantization = quantization_of(folder)
            config = edge_config(dimension, sentences=sentences, quantization=quantization)
            shard = qdrant_edge.EdgeShard.load(str(folder), config)
        store = cls(name or folder, dimension, shard, writable=writable, sentences=sentences, quantization=quantization)
        try:
            store._matrix = DenseMatrix.open(folder, (store._size, dimension), name or folder)
        except StoreError:
            store.close()
            raise
        return store

    def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        """Adds passages, replacing those with the same id.

        Raises:
            StoreError: a dense vector has another length (nothing is added then), the disk is full, or the store was
                opened for reading.
        """
        import qdrant_edge

        for item in passages:
            self._check(item.dense)
        if self._writable:
            require_room(self._folder, WRITER_MARGIN + bytes_of(passages))
        points = [
            qdrant_edge.Point(
                passage_key(item.passage.id),
                self._vectors_of(item),
                to_payload(item.passage),
            )
            for item in passages
        ]
        self._write(qdrant_edge.UpdateOperation.upsert_points(points))

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Removes passages; unknown ids are ignored."""
        import qdrant_edge

        self._write(qdrant_edge.UpdateOperation.delete_points([passage_key(name) for name in passage_ids]))

    def seal(self) -> None:
        """Prepares for reading what has been written.

        Payload indexes are made from ``INDEX_PAYLOAD_FROM`` passages on, an HNSW graph where search is not exact, and
        quantised vectors where they are wanted. Otherwise the vectors are written once more as one matrix.
        """
        import qdrant_edge

        self._require_writable()
        kinds = {
            "keyword": qdrant_edge.PayloadSchemaType.Keyword,
            "integer": qdrant_edge.PayloadSchemaType.Integer,
        }
        for field, kind in FILTER_FIELDS.items() if self._size >= INDEX_PAYLOAD_FROM else ():
            self._write(qdrant_edge.UpdateOperation.create_field_index(field, kinds[kind]))
        if not self._exact:
            # The engine writes the whole segment anew before it drops the old one.
            used = sum(path.stat().st_blocks * 512 for path in self._folder.rglob("*"))
            require_room(self._folder, WRITER_MARGIN + used)
            with engine_errors(self._folder, "optimise"):
                self._shard.optimize()
                self._shard.flush()
        elif self._size:
            shape = (self._size, self._dimension)
            require_room(self._folder, WRITER_MARGIN + 4 * self._size * self._dimension)
            DenseMatrix.write(self._folder, shape, self._all_vectors())
            self._matrix = DenseMatrix.open(self._folder, shape, self._folder)

    def rank_dense(self, vectors: Sequence[Vector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector the keys of what ``search_dense`` finds, with their cosines."""
        matrix = self._matrix  # another thread may close the store meanwhile
        if matrix is None or where != EVERYWHERE:
            return super().rank_dense(vectors, k, where)
        return matrix.rank(self._checked(vectors), k)

    def score_dense(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages, in the order of their keys."""
        matrix = self._matrix
        return super().score_dense(vectors, keys) if matrix is None else matrix.score(self._checked(vectors), keys)

    def vectors_by_key(self, keys: Sequence[int]) -> Matrix:
        """The stored dense vectors, in the order asked for.

        Raises:
            StoreError: a key is not in the store.
        """
        matrix = self._matrix
        return super().vectors_by_key(keys) if matrix is None else matrix.rows(keys)

    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by their keys."""
        with engine_errors(self._folder, "read"):
            records = self._shard.retrieve(list(keys), True, False)
        return {record.id: from_payload(record.payload) for record in records}

    def scroll(self) -> Iterator[Passage]:
        """Every passage once, a page at a time."""
        import qdrant_edge

        offset = None
        while True:
            request = qdrant_edge.ScrollRequest(offset=offset, limit=_PAGE, with_payload=True, with_vector=False)
            with engine_errors(self._folder, "read"):
                records, offset = self._shard.scroll(request)
            yield from (from_payload(record.payload) for record in records)
            if offset is None:
                return

    def count(self, where: Where = EVERYWHERE) -> int:
        """How many passages match."""
        import qdrant_edge

        with engine_errors(self._folder, "read"):
            return int(self._shard.count(qdrant_edge.CountRequest(exact=True, filter=engine_filter(where))))

    def close(self) -> None:
        """Flushes and releases the folder; a second call does nothing, any other call afterwards raises StoreError."""
        self._matrix = None
        with engine_errors(self._folder, "close"):
            self._shard.close()

    def _passages(self, asked: Asked) -> list[Scored]:
        with engine_errors(self._folder, "search"):
            points = self._shard.query(query_request(asked, self._exact, with_payload=True))
        return [Scored(point.score, from_payload(point.payload)) for point in points]

    def _answers(self, asked: Sequence[Asked]) -> list[Keyed]:
        import qdrant_edge

        batch = qdrant_edge.QueryBatchRequest([query_request(one, self._exact) for one in asked])
        with engine_errors(self._folder, "search"):
            answers = self._shard.query_batch(batch)
        return [Keyed.of([(point.score, point.id) for point in points]) for points in answers]

    def _rows(self, named: Mapping[int, str], keys: Iterable[int]) -> Matrix:
        """The dense vectors of ``keys``; one that is missing goes by its name in the message."""
        with engine_errors(self._folder, "read"):
            records = self._shard.retrieve(list(named), False, [DENSE])
        found = {record.id: record.vector[DENSE] for record in records}
        missing = [name for key, name in named.items() if key not in found]
        if missing:
            raise StoreError(f"no passage {missing[0]!r} in the store at {self._folder}")
        rows = [found[key] for key in keys]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._dimension)

    @property
    def _exact(self) -> bool:
        """Whether dense search looks at every full vector."""
        return self._size <= self._exact_up_to and self._quantization == "none"

    def _all_vectors(self) -> Iterator[tuple[list[int], Matrix]]:
        """Keys and dense vectors of all passages, which the engine gives in the order of their keys."""
        import qdrant_edge

        offset = None
        while True:
            request = qdrant_edge.ScrollRequest(offset=offset, limit=_PAGE, with_payload=False, with_vector=[DENSE])
            with engine_errors(self._folder, "read"):
                records, offset = self._shard.scroll(request)
            yield [record.id for record in records], np.array([record.vector[DENSE] for record in records], np.float32)
            if offset is None:
                return

    def _vectors_of(self, item: IndexedPassage) -> dict[str, Any]:
        vectors: dict[str, Any] = {DENSE: item.dense.tolist(), SPARSE: engine_terms(item.sparse)}
        if self._sentences and item.sentences is not None:
            vectors[SENTENCES] = item.sentences.tolist()
        return vectors

    def _require_writable(self) -> None:
        if not self._writable:
            raise StoreError(f"the store at {self._folder} is open for reading only: build a new index instead")

    def _write(self, operation: Any) -> None:
        self._require_writable()
        if self._matrix is not None:
            self._matrix.remove()
            self._matrix = None
        with engine_errors(self._folder, "write"):
            self._shard.update(operation)
            self._shard.flush()
        self._size = self.count()

    def _checked(self, vectors: Sequence[Vector]) -> Sequence[Vector]:
        for vector in vectors:
            self._check(vector)
        return vectors

    def _check(self, vector: Vector) -> None:
        if vector.shape != (self._dimension,):
            raise StoreError(
                f"the store at {self._folder} holds vectors of {self._dimension} dimensions, not of shape "
                f"{vector.shape}: use the embedder it was built with"
            )
