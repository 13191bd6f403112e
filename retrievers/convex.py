"""Several rankings become one by their scores: the convex combination of BM25 and cosine, with feedback.

    score(d) = (1 - share) * bm25(d) / max bm25 + share * cosine(query, d)

BM25 scores have no scale of their own, so each query's best counts as 1; a cosine has one and is taken as it is. The
candidates are what either ranking holds. A cosine is known for all of them, since the store gives their vectors; a
candidate that BM25 did not rank counts 0 there.

Feedback (Rocchio's, for one direction) moves the query's vector towards those of the best candidates, weighted by
their score, and computes the cosines again: ``query + strength * weighted mean``, normalised.

Bruch et al. (TOIS 2024) compare such combinations with reciprocal rank fusion; our own figures are in
``docs/results/``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardround.corpora.records import Passage
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, Matrix, PassageStore, Vector, Where
from wardround.retrievers.query_vectors import QueryVectors
from wardround.retrievers.settings import ConvexSettings
from wardround.retrievers.single import Bm25Retriever

Scores = NDArray[np.float64]

_DECIMALS = 6


class ConvexRetriever:
    """A ``Retriever`` that adds scores where ``HybridRetriever`` adds reciprocal ranks; safe for several threads."""

    name = "convex(bm25,dense)"

    def __init__(
        self, store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, settings: ConvexSettings | None = None
    ) -> None:
        """Searches ``store``, whose passages ``embedder`` and ``encoder`` have encoded."""
        self._store = store
        self._bm25 = Bm25Retriever(store, encoder)
        self._vectors = QueryVectors(embedder)
        self._settings = settings or ConvexSettings()

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query, all embedded in one batch."""
        asked = [query for query in queries if query.strip() and k > 0]
        vectors = zip(asked, self._vectors.of(asked), strict=True)
        found = {query: self._search(query, vector, k, where) for query, vector in dict(vectors).items()}
        return [list(found.get(query, [])) for query in queries]

    def _search(self, query: str, vector: Vector, k: int, where: Where) -> list[Hit]:
        depth = max(self._settings.depth, k)
        by_words = self._bm25.search(query, depth, where)
        by_meaning = self._store.search_dense(vector, depth, where)
        passages = {hit.passage.id: hit.passage for hit in (*by_words, *by_meaning)}
        names = sorted(passages)
        if not names:
            return []
        candidates = self._store.vectors(names)
        words = scaled_by_best({hit.passage.id: hit.score for hit in by_words}, names)
        scores = combined(words, candidates @ vector, self._settings.dense_share)
        if self._settings.feedback_passages:
            closer = towards_best(vector, candidates, scores, self._settings)
            scores = combined(words, candidates @ closer, self._settings.dense_share)
        return self._hits([passages[name] for name in names], scores, k)

    def _hits(self, passages: Sequence[Passage], scores: Scores, k: int) -> list[Hit]:
        # Sums of 32-bit products differ in the seventh digit between machines: rounded, ties fall to the id.
        rounded = sorted(
            (-round(float(score), _DECIMALS), passage.id, passage)
            for score, passage in zip(scores, passages, strict=True)
        )
        return [
            Hit(passage, -negated, rank, self.name) for rank, (negated, _, passage) in enumerate(rounded[:k], start=1)
        ]


def scaled_by_best(scores: dict[str, float], names: Sequence[str]) -> Scores:
    """The scores of ``names``, the best being 1 and an absent one 0."""
    best = max(scores.values(), default=0.0)
    return np.array([scores.get(name, 0.0) / best if best else 0.0 for name in names])


def combined(words: Scores, similarities: NDArray[np.floating], dense_share: float) -> Scores:
    """Each candidate's score; shapes (candidates,)."""
    total: Scores = (1 - dense_share) * words + dense_share * similarities.astype(np.float64)
    return total


def towards_best(query: Vector, candidates: Matrix, scores: Scores, settings: ConvexSettings) -> Vector:
    """The query's vector moved towards its best candidates, of length 1.

    Candidates that score nothing pull nothing.
    """
    best = np.argsort(-scores.round(_DECIMALS), kind="stable")[: settings.feedback_passages]
    weights = np.maximum(scores[best], 0)
    if not weights.sum():
        return query
    moved = query + settings.feedback_strength * (weights / weights.sum()) @ candidates[best]
    closer: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return closer
