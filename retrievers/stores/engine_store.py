"""What the stores over Qdrant's engine have in common: how they are searched and read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from wardround.corpora.records import Passage
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, Hit, Matrix, Scores, SparseVector, Vector, Where
from wardround.retrievers.stores.payload import DENSE, SENTENCES, SPARSE
from wardround.retrievers.stores.ranking import Keyed, Scored, best, best_keys, in_order

_NOTHING = Keyed.of(())


class Asked(NamedTuple):
    """One search among several.

    Attributes:
        using: which of the stored vectors is compared.
        vector: of that kind; numbers, a ``SparseVector``, or a list of one vector for sentences.
        limit: how many of the best are wanted.
        where: which passages may be found.
        keys: if any, the only passages that may be found; then ``where`` is everywhere.
    """

    using: str
    vector: Any
    limit: int
    where: Where = EVERYWHERE
    keys: Sequence[int] = ()


class EngineStore(ABC):
    """The reading half of a ``PassageStore``; what each engine does in its own way is abstract."""

    _sentences: bool

    @abstractmethod
    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by their keys."""

    @abstractmethod
    def _passages(self, asked: Asked) -> list[Scored]:
        """The best of one search with the passages, best first."""

    @abstractmethod
    def _answers(self, asked: Sequence[Asked]) -> list[Keyed]:
        """For each search its best, best first, all in one request."""

    @abstractmethod
    def _rows(self, named: Mapping[int, str], keys: Iterable[int]) -> Matrix:
        """The dense vectors of ``keys``; one that is missing goes by its name in the error."""

    @abstractmethod
    def _check(self, vector: Vector) -> None:
        """Raises StoreError where the vector does not fit the stored ones."""

    def search_dense(self, vector: Vector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest cosine, exactly up to ``EXACT_UP_TO`` passages that are not quantised."""
        (numbers,) = self._numbers([vector])
        return best(lambda limit: self._passages(Asked(DENSE, numbers, limit, where)), k, DENSE)

    def search_sparse(self, vector: SparseVector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest IDF-weighted dot product, none of score 0."""
        if not vector.indices:
            return []

        def fetch(limit: int) -> list[Scored]:
            return [found for found in self._passages(Asked(SPARSE, vector, limit, where)) if found.score > 0]

        return best(fetch, k, SPARSE)

    def rank_dense(self, vectors: Sequence[Vector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector the keys of what ``search_dense`` finds, with their cosines."""
        return self._ranked(DENSE, self._numbers(vectors), k, where)

    def rank_sparse(self, vectors: Sequence[SparseVector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector the keys of what ``search_sparse`` finds, with their scores."""
        return self._ranked(SPARSE, _of_terms(vectors), k, where)

    def score_dense(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages, in the order of their keys."""
        return self._scored(DENSE, self._numbers(vectors), keys)

    def score_sparse(self, vectors: Sequence[SparseVector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the IDF-weighted dot products of its passages, in the order of their keys."""
        return [np.nan_to_num(scores) for scores in self._scored(SPARSE, _of_terms(vectors), keys)]

    def score_sentences(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages' best sentences, in the order of their keys."""
        if not self._sentences:
            return [np.full(len(among), np.nan) for among in keys]
        return self._scored(SENTENCES, [[numbers] for numbers in self._numbers(vectors)], keys)

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages that exist, in the order asked for."""
        found = self.get_by_key([passage_key(name) for name in passage_ids])
        return [found[key] for key in map(passage_key, passage_ids) if key in found]

    def vectors(self, passage_ids: Sequence[str]) -> Matrix:
        """The stored dense vectors, in the order asked for.

        Raises:
            StoreError: an id is not in the store.
        """
        return self._rows({passage_key(name): name for name in passage_ids}, map(passage_key, passage_ids))

    def vectors_by_key(self, keys: Sequence[int]) -> Matrix:
        """The stored dense vectors, in the order asked for.

        Raises:
            StoreError: a key is not in the store.
        """
        return self._rows({key: f"of key {key}" for key in keys}, keys)

    def _numbers(self, vectors: Sequence[Vector]) -> list[list[float]]:
        for vector in vectors:
            self._check(vector)
        return [vector.tolist() for vector in vectors]

    def _ranked(self, using: str, vectors: Sequence[Any], k: int, where: Where) -> list[dict[int, float]]:
        def fetch(places: Sequence[int], limit: int) -> list[Keyed]:
            answers = self._answers([Asked(using, vectors[place], limit, where) for place in places])
            return answers if using != SPARSE else [_without_zeros(found) for found in answers]

        found = best_keys(fetch, [place for place, vector in enumerate(vectors) if vector is not None], k)
        return [found.get(place, {}) for place in range(len(vectors))]

    def _scored(self, using: str, vectors: Sequence[Any], keys: Sequence[Sequence[int]]) -> list[Scores]:
        places = [place for place, vector in enumerate(vectors) if vector is not None and keys[place]]
        asked = [Asked(using, vectors[place], len(keys[place]), keys=keys[place]) for place in places]
        found = dict(zip(places, self._answers(asked) if asked else (), strict=True))
        return [in_order(found.get(place, _NOTHING), among) for place, among in enumerate(keys)]


def _of_terms(vectors: Sequence[SparseVector]) -> list[SparseVector | None]:
    """None for a vector without terms, which finds nothing."""
    return [vector if vector.indices else None for vector in vectors]


def _without_zeros(found: Keyed) -> Keyed:
    """An engine may fill up with passages that share no term."""
    sharing = found.scores > 0
    return Keyed(found.scores[sharing], found.keys[sharing])
