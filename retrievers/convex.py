"""Two rankings become one by their scores: the convex combination of BM25 and likeness, with feedback.

    score(d) = (1 - share) * bm25(d) / max bm25 + share * likeness(d)
    likeness(d) = (1 - half) * cosine(query, d) + half * cosine(query, best sentence of d)

BM25 scores have no scale of their own, so each query's best counts as 1; a cosine has one and is taken as it is. The
candidates are what either ranking holds, and each gets its true score in both. In a store without vectors of sentences
likeness is the cosine.

Two passes follow over the same candidates: feedback moves the query's vector towards the best of them and computes the
cosines again, and the scores of the best thirty are smoothed over passages that are alike (``candidate_scores.py``).

Bruch et al. (TOIS 2024) compare such combinations with reciprocal rank fusion; our own figures are in
``docs/results/retrieval-fusion.md``. Until the last step only keys and scores are read from the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.candidate_scores import (
    DECIMALS,
    best_first,
    combined,
    scaled_by_best,
    smoothed,
    towards_best,
)
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, PassageStore, Scores, SparseVector, Vector, Where
from wardround.retrievers.query_vectors import QueryVectors
from wardround.retrievers.read_once import ReadOnce
from wardround.retrievers.rewriting.forms import Forms, mean_vector
from wardround.retrievers.settings import ConvexSettings
from wardround.retrievers.twins import without_twins

Keys = NDArray[np.int64]

_SPARE = 8
_TOGETHER = 128
"""Queries that are embedded and go to the store in one request, while the next are embedded.

With more, the last block keeps one core idle for longer, and other threads wait longer for the engine.
"""


class _Asked(NamedTuple):
    """A query as it is searched for.

    Attributes:
        terms: by words, once a form.
        shares: of the forms in what words count; they add up to 1.
        vector: by meaning, once for all forms.
    """

    terms: Sequence[SparseVector]
    shares: Sequence[float]
    vector: Vector


class _Candidates(NamedTuple):
    """What either ranking of a query holds.

    Attributes:
        keys: ascending, shape (candidates,); every array of scores has this order.
        words: BM25's share of each score, the best of each form being 1.
        meaning: the cosines that the dense ranking held; NaN for what only BM25 ranked.
        sentences: the cosines of best sentences; NaN for passages without vectors of them.
    """

    keys: Keys
    words: Scores
    meaning: Scores
    sentences: Scores


class _Ranking(NamedTuple):
    """The candidates of a query, best first, ties by key.

    Attributes:
        keys: all different.
        scores: of the candidates, falling.
    """

    keys: list[int]
    scores: list[float]


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
        """``search`` for each query: embedded and searched in blocks of similar length, nothing read twice."""
        asked = sorted(dict.fromkeys(query for query in queries if query.strip() and k > 0), key=len, reverse=True)
        blocks = [asked[start : start + _TOGETHER] for start in range(0, len(asked), _TOGETHER)]
        found: dict[str, list[Hit]] = {}
        read = ReadOnce(self._store)
        for block, vectors in zip(blocks, self._vectors.ahead(blocks), strict=True):
            together = [
                _Asked((self._encoder.encode_query(query),), (1.0,), vector)
                for query, vector in zip(block, vectors, strict=True)
            ]
            found.update(zip(block, self._found(together, k, where, read), strict=True))
        return [list(found.get(query, [])) for query in queries]

    def search_forms(self, forms: Sequence[tuple[Forms, float]], k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """One search for several forms of a query: what each is worth by words and by meaning, added up by its share.

        Args:
            forms: each with its share; the shares add up to 1.
            k: hits at most.
            where: which passages may be found.
        """
        if k <= 0:
            return []
        texts = [text for form, _ in forms for text in form.meaning]
        vectors = dict(zip(texts, self._vectors.of(texts), strict=True))
        meant = [share * mean_vector([vectors[text] for text in form.meaning]) for form, share in forms]
        terms = [self._encoder.encode_query(form.words) for form, _ in forms]
        asked = _Asked(terms, [share for _, share in forms], mean_vector(meant))
        return self._found([asked], k, where, ReadOnce(self._store))[0]

    def _found(self, asked: Sequence[_Asked], k: int, where: Where, read: ReadOnce) -> list[list[Hit]]:
        ranked = self._ranked(asked, max(self._settings.depth, k), where, read)
        read.read(key for ranking in ranked for key in ranking.keys[: k + _SPARE])
        return [self._hits(ranking, k, read) for ranking in ranked]

    def _ranked(self, asked: Sequence[_Asked], depth: int, where: Where, read: ReadOnce) -> list[_Ranking]:
        """For each query all candidates."""
        candidates = self._candidates(asked, depth, where)
        vectors = [one.vector for one in asked]
        if self._settings.feedback_passages:
            vectors = self._towards_best(candidates, vectors, read)
        cosines = self._store.score_dense(vectors, [one.keys.tolist() for one in candidates])
        scores = [self._mixed(one, found) for one, found in zip(candidates, cosines, strict=True)]
        if self._settings.neighbours:
            scores = self._smoothed(candidates, scores, read)
        return [_ranking(one.keys, values) for one, values in zip(candidates, scores, strict=True)]

    def _candidates(self, asked: Sequence[_Asked], depth: int, where: Where) -> list[_Candidates]:
        vectors = [one.vector for one in asked]
        by_words = _apart(self._store.rank_sparse([form for one in asked for form in one.terms], depth, where), asked)
        by_meaning = self._store.rank_dense(vectors, depth, where)
        keys = [
            np.unique(np.concatenate([_keys(ranking) for ranking in (meaning, *words)]))
            for words, meaning in zip(by_words, by_meaning, strict=True)
        ]
        words = self._words(asked, keys, by_words)
        sentences = self._store.score_sentences(vectors, [among.tolist() for among in keys])
        return [
            _Candidates(among, shares, _spread(meaning, among), best)
            for among, shares, meaning, best in zip(keys, words, by_meaning, sentences, strict=True)
        ]

    def _words(
        self, asked: Sequence[_Asked], keys: Sequence[Keys], ranked: Sequence[Sequence[Mapping[int, float]]]
    ) -> list[Scores]:
        """What BM25 gives each candidate: the form's best counts as 1, and each form by its share."""
        spread = [
            [_spread(ranking, among) for ranking in of_forms] for among, of_forms in zip(keys, ranked, strict=True)
        ]
        unranked = [
            among[np.isnan(scores)].tolist()
            for among, of_forms in zip(keys, spread, strict=True)
            for scores in of_forms
        ]
        further = iter(self._store.score_sparse([form for one in asked for form in one.terms], unranked))
        found = []
        for one, among, of_forms in zip(asked, keys, spread, strict=True):
            total = np.zeros(len(among))
            for share, scores in zip(one.shares, of_forms, strict=True):
                scores[np.isnan(scores)] = next(further)
                total += share * scaled_by_best(scores)
            found.append(total)
        return found

    def _mixed(self, one: _Candidates, cosines: Scores) -> Scores:
        """The convex combination, with these cosines of whole passages."""
        closest_part = np.where(np.isnan(one.sentences), cosines, one.sentences)
        likeness = combined(cosines, closest_part, self._settings.sentence_share)
        return combined(one.words, likeness, self._settings.dense_share)

    def _towards_best(
        self, candidates: Sequence[_Candidates], vectors: Sequence[Vector], read: ReadOnce
    ) -> list[Vector]:
        # What only BM25 ranked is at most as close as the last that the dense ranking holds.
        first = [self._mixed(one, np.nan_to_num(one.meaning, nan=_least(one.meaning))) for one in candidates]
        closest = [best_first(scores)[: self._settings.feedback_passages] for scores in first]
        rows = read.vectors([one.keys[places].tolist() for one, places in zip(candidates, closest, strict=True)])
        return [
            towards_best(vector, best, scores[places], self._settings.feedback_strength)
            for vector, best, scores, places in zip(vectors, rows, first, closest, strict=True)
        ]

    def _smoothed(self, candidates: Sequence[_Candidates], scores: Sequence[Scores], read: ReadOnce) -> list[Scores]:
        settings = self._settings
        tops = [best_first(values)[: settings.smoothed] for values in scores]
        rows = read.vectors([one.keys[places].tolist() for one, places in zip(candidates, tops, strict=True)])
        for values, top, alike in zip(scores, tops, rows, strict=True):
            values[top] = smoothed(values[top], alike, settings.neighbours, settings.neighbour_share)
        return list(scores)

    def _hits(self, ranking: _Ranking, k: int, reading: ReadOnce) -> list[Hit]:
        """The passages of the first places, as many more as twins of theirs take up, and the twins that were ranked."""
        keys, scores = ranking
        read = k + _SPARE
        while True:
            while read < len(keys) and scores[read] == scores[read - 1]:  # ties end up ordered by id
                read += 1
            passages = reading.passages(keys[:read])
            ranked = dict(zip(keys[:read], scores, strict=False))
            twins = {passage_key(twin) for passage in passages.values() for twin in passage.same_as}
            if twins:
                ranked = dict(zip(keys, scores, strict=True))
                passages |= reading.passages([key for key in twins if key in ranked and key not in passages])
            found = sorted([(-ranked[key], passage.id, passage) for key, passage in passages.items()])
            places = enumerate(found if twins else found[:k], start=1)
            hits = [Hit(passage, -score, rank, self.name) for rank, (score, _, passage) in places]
            kept = without_twins(hits, k) if twins else hits
            if len(kept) == k or read >= len(keys):
                return kept
            read *= 2


def _apart(flat: Sequence[dict[int, float]], asked: Sequence[_Asked]) -> list[list[dict[int, float]]]:
    """Rankings of all forms as those of each query."""
    rankings = iter(flat)
    return [[next(rankings) for _ in one.terms] for one in asked]


def _keys(ranking: Mapping[int, float]) -> Keys:
    return np.fromiter(ranking, np.int64, len(ranking))


def _spread(ranking: Mapping[int, float], among: Keys) -> Scores:
    """The scores of a ranking in the order of ``among``, which holds all its keys; NaN for keys that it lacks."""
    scores: Scores = np.full(len(among), np.nan)
    scores[np.searchsorted(among, _keys(ranking))] = np.fromiter(ranking.values(), np.float64, len(ranking))
    return scores


def _ranking(keys: Keys, scores: Scores) -> _Ranking:
    order = best_first(scores)
    return _Ranking(keys[order].tolist(), scores.round(DECIMALS)[order].tolist())


def _least(scores: Scores) -> float:
    known = scores[~np.isnan(scores)]
    return float(known.min()) if len(known) else 0.0
