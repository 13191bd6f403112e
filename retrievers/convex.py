"""Two rankings become one by their scores: the convex combination of BM25 and likeness, with feedback.

    score(d) = (1 - share) * bm25(d) / max bm25 + share * likeness(d)
    likeness(d) = (1 - half) * cosine(query, d) + half * cosine(query, best sentence of d)

BM25 scores have no scale of their own, so each query's best counts as 1; a cosine has one and is taken as it is. The
candidates are what either ranking holds, and each gets its true score in both. In a store without vectors of sentences
likeness is the cosine.

Two passes follow over the same candidates: feedback moves the query's vector towards the best of them and computes the
cosines again, and the scores of the first fifty are smoothed over passages that are alike (``candidate_scores.py``).

Bruch et al. (TOIS 2024) compare such combinations with reciprocal rank fusion; our own figures are in
``docs/results/retrieval-fusion.md``. Until the last step only keys and scores are read from the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.candidate_scores import (
    DECIMALS,
    Scores,
    best_first,
    combined,
    scaled_by_best,
    smoothed,
    towards_best,
)
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, PassageStore, SparseVector, Vector, Where
from wardround.retrievers.query_vectors import QueryVectors
from wardround.retrievers.settings import ConvexSettings
from wardround.retrievers.twins import without_twins

_SMOOTHED = 50
_SPARE = 8


class _Words(NamedTuple):
    """The terms of a query, and what BM25 found by them."""

    terms: SparseVector
    scores: dict[int, float]


class ConvexRetriever:
    """A ``Retriever`` that adds scores where ``HybridRetriever`` adds reciprocal ranks; safe for several threads.

    A query without any word that BM25 looks for is answered by likeness alone; an empty query finds nothing.
    """

    name = "convex(bm25,dense)"

    def __init__(
        self, store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, settings: ConvexSettings | None = None
    ) -> None:
        """Searches ``store``, whose passages ``embedder`` and ``encoder`` have encoded."""
        self._store = store
        self._encoder = encoder
        self._vectors = QueryVectors(embedder)
        self._settings = settings or ConvexSettings()

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first, one for all passages that say the same."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query, all embedded in one batch."""
        asked = list(dict.fromkeys(query for query in queries if query.strip() and k > 0))
        depth = max(self._settings.depth, k)
        vectors, by_words = self._encoded(asked, depth, where)
        found = {
            query: self._read(self._ranked(vector, words, depth, where), k)
            for query, vector, words in zip(asked, vectors, by_words, strict=True)
        }
        return [list(found.get(query, [])) for query in queries]

    def _encoded(self, queries: Sequence[str], depth: int, where: Where) -> tuple[list[Vector], list[_Words]]:
        """The queries' vectors, and what their words find meanwhile."""
        if len(queries) == 1:  # a thread for a millisecond of BM25 costs more than it saves once another process works
            return self._vectors.of(queries), [self._by_words(queries[0], depth, where)]
        with ThreadPoolExecutor(max_workers=1) as pool:
            by_words = pool.submit(lambda: [self._by_words(query, depth, where) for query in queries])
            return self._vectors.of(queries), by_words.result()

    def _by_words(self, query: str, depth: int, where: Where) -> _Words:
        terms = self._encoder.encode_query(query)
        return _Words(terms, self._store.rank_sparse(terms, depth, where))

    def _ranked(self, vector: Vector, words: _Words, depth: int, where: Where) -> dict[int, float]:
        """The scores of all candidates by their keys, best first, ties by key."""
        by_meaning = self._store.rank_dense(vector, depth, where)
        keys = sorted({*words.scores, *by_meaning})
        if not keys:
            return {}
        unranked = [key for key in keys if key not in words.scores]
        by_words = words.scores | self._store.score_sparse(words.terms, unranked)
        scores = self._scores(keys, vector, scaled_by_best(by_words, keys), by_meaning)
        return {keys[place]: float(scores[place]) for place in best_first(scores)}

    def _scores(self, keys: Sequence[int], vector: Vector, words: Scores, by_meaning: Mapping[int, float]) -> Scores:
        settings, store = self._settings, self._store
        sentences = store.score_sentences(vector, keys)

        def mixed(cosines: Mapping[int, float], otherwise: float) -> Scores:
            whole = np.array([cosines.get(key, otherwise) for key in keys])
            if not sentences:
                return combined(words, whole, settings.dense_share)
            part = np.array([sentences.get(key, cosine) for key, cosine in zip(keys, whole, strict=True)])
            return combined(words, combined(whole, part, settings.sentence_share), settings.dense_share)

        if settings.feedback_passages:
            # What only BM25 ranked is at most as close as the last that the dense ranking holds.
            first = mixed(by_meaning, min(by_meaning.values(), default=0.0))
            closest = best_first(first)[: settings.feedback_passages]
            rows = store.vectors_by_key([keys[place] for place in closest])
            vector = towards_best(vector, rows, first[closest], settings.feedback_strength)
        scores = mixed(store.score_dense(vector, keys), 0.0)
        if settings.neighbours:
            top = best_first(scores)[:_SMOOTHED]
            rows = store.vectors_by_key([keys[place] for place in top])
            scores[top] = smoothed(scores[top], rows, settings.neighbours, settings.neighbour_share)
        return scores.round(DECIMALS)

    def _read(self, ranked: Mapping[int, float], k: int) -> list[Hit]:
        """The passages of the first places, as many more as twins of theirs take up, and the twins that were ranked."""
        keys, scores = list(ranked), list(ranked.values())
        read = k + _SPARE
        while True:
            while read < len(keys) and scores[read] == scores[read - 1]:  # ties end up ordered by id
                read += 1
            passages = self._store.get_by_key(keys[:read])
            twins = {passage_key(twin) for passage in passages.values() for twin in passage.same_as}
            if unread := [key for key in twins if key in ranked and key not in passages]:
                passages |= self._store.get_by_key(unread)
            found = sorted((-ranked[key], passage.id, passage) for key, passage in passages.items())
            hits = (Hit(passage, -score, rank, self.name) for rank, (score, _, passage) in enumerate(found, start=1))
            kept = without_twins(hits, k)
            if len(kept) == k or read >= len(keys):
                return kept
            read *= 2
