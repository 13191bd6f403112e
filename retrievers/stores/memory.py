"""Passages in memory: the plainest store, by which tests judge the others."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from wardround.corpora.records import Passage
from wardround.errors import StoreError
from wardround.retrievers.filter_terms import admits
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, Hit, IndexedPassage, Matrix, Scores, SparseVector, Vector, Where
from wardround.retrievers.stores.payload import DENSE, SPARSE
from wardround.retrievers.stores.ranking import Keyed, Scored, best_keys, in_order, ranked


class MemoryStore:
    """A ``PassageStore`` that computes every score anew; for tests and some thousands of passages."""

    def __init__(self, dimension: int) -> None:
        """Makes an empty store for dense vectors of length ``dimension``."""
        self._dimension = dimension
        self._passages: dict[str, IndexedPassage] = {}
        self._names: dict[int, str] = {}

    def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        """Adds passages, replacing those with the same id.

        Raises:
            StoreError: a dense vector has another length; nothing is added then.
        """
        for item in passages:
            self._check(item.dense)
        self._passages.update({item.passage.id: item for item in passages})
        self._names.update({passage_key(item.passage.id): item.passage.id for item in passages})

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Removes passages; unknown ids are ignored."""
        for passage_id in passage_ids:
            self._passages.pop(passage_id, None)
            self._names.pop(passage_key(passage_id), None)

    def search_dense(self, vector: Vector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest cosine similarity."""
        self._check(vector)
        query = _unit(vector)
        return ranked(
            (Scored(float(_unit(item.dense) @ query), item.passage) for item in self._admitted(where)), k, DENSE
        )

    def search_sparse(self, vector: SparseVector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest IDF-weighted dot product, none of score 0."""
        weights = self._with_idf(vector)
        scored = (Scored(_dot(weights, item.sparse), item.passage) for item in self._admitted(where))
        return ranked((item for item in scored if item.score > 0), k, SPARSE)

    def rank_dense(self, vectors: Sequence[Vector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector the keys of what ``search_dense`` finds, with their cosines."""
        return [self._by_key(self.search_dense(vector, self.count(), where), k) for vector in vectors]

    def rank_sparse(self, vectors: Sequence[SparseVector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector the keys of what ``search_sparse`` finds, with their scores."""
        return [self._by_key(self.search_sparse(vector, self.count(), where), k) for vector in vectors]

    def score_dense(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages, in the order of their keys."""
        return [
            in_order(Keyed.of((float(_unit(item.dense) @ query), key) for key, item in self._named(among)), among)
            for query, among in zip(self._units(vectors), keys, strict=True)
        ]

    def score_sparse(self, vectors: Sequence[SparseVector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the IDF-weighted dot products of its passages, in the order of their keys."""
        found = [
            Keyed.of((_dot(weights, item.sparse), key) for key, item in self._named(among))
            for weights, among in zip(map(self._with_idf, vectors), keys, strict=True)
        ]
        return [np.nan_to_num(in_order(scored, among)) for scored, among in zip(found, keys, strict=True)]

    def score_sentences(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages' best sentences, in the order of their keys."""
        return [
            in_order(Keyed.of((_best(item.sentences, query), key) for key, item in self._named(among)), among)
            for query, among in zip(self._units(vectors), keys, strict=True)
        ]

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages that exist, in the order asked for."""
        return [self._passages[name].passage for name in passage_ids if name in self._passages]

    def vectors(self, passage_ids: Sequence[str]) -> Matrix:
        """The stored dense vectors, in the order asked for.

        Raises:
            StoreError: an id is not in the store.
        """
        missing = [name for name in passage_ids if name not in self._passages]
        if missing:
            raise StoreError(f"no passage {missing[0]!r} in the store")
        rows = [_unit(self._passages[name].dense) for name in passage_ids]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self._dimension)

    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by their keys."""
        return {key: item.passage for key, item in self._named(keys)}

    def vectors_by_key(self, keys: Sequence[int]) -> Matrix:
        """The stored dense vectors, in the order asked for.

        Raises:
            StoreError: a key is not in the store.
        """
        missing = [key for key in keys if key not in self._names]
        if missing:
            raise StoreError(f"no passage of key {missing[0]} in the store")
        return self.vectors([self._names[key] for key in keys])

    def scroll(self) -> Iterator[Passage]:
        """Every passage once."""
        yield from [item.passage for item in self._passages.values()]

    def count(self, where: Where = EVERYWHERE) -> int:
        """How many passages match."""
        return sum(1 for _ in self._admitted(where))

    def close(self) -> None:
        """Forgets nothing: there is nothing to release."""

    def _admitted(self, where: Where) -> Iterator[IndexedPassage]:
        return (item for item in self._passages.values() if admits(where, item.passage))

    def _named(self, keys: Sequence[int]) -> Iterator[tuple[int, IndexedPassage]]:
        return ((key, self._passages[self._names[key]]) for key in keys if key in self._names)

    def _by_key(self, hits: Sequence[Hit], k: int) -> dict[int, float]:
        keyed = [(hit.score, passage_key(hit.passage.id)) for hit in hits]
        return best_keys(lambda _, limit: [Keyed.of(keyed[:limit])], [0], k)[0]

    def _units(self, vectors: Sequence[Vector]) -> list[np.ndarray]:
        for vector in vectors:
            self._check(vector)
        return [_unit(vector) for vector in vectors]

    def _with_idf(self, query: SparseVector) -> dict[int, float]:
        """Weights times Qdrant's ``ln((N - n + 0.5) / (n + 0.5) + 1)``, N counting the passages that have any term."""
        total = sum(1 for item in self._passages.values() if item.sparse.indices)
        holders = Counter(term for item in self._passages.values() for term in item.sparse.indices)
        return {
            term: weight * math.log((total - holders[term] + 0.5) / (holders[term] + 0.5) + 1)
            for term, weight in zip(query.indices, query.values, strict=True)
        }

    def _check(self, vector: Vector) -> None:
        if vector.shape != (self._dimension,):
            raise StoreError(f"the store holds vectors of {self._dimension} dimensions, not of shape {vector.shape}")


def _best(sentences: Matrix | None, query: np.ndarray) -> float:
    return np.nan if sentences is None else max(float(_unit(row) @ query) for row in sentences)


def _unit(vector: Vector) -> np.ndarray:
    wide = vector.astype(np.float64)
    length = float(np.sqrt(wide @ wide))
    return wide / length if length else wide


def _dot(weights: dict[int, float], passage: SparseVector) -> float:
    return math.fsum(
        weights.get(term, 0.0) * value for term, value in zip(passage.indices, passage.values, strict=True)
    )
