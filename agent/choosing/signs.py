"""What can be seen of a ranked passage, beside its neighbours, that tells whether it bears on the question."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardround.agent.records import Evidence
from wardround.retrievers.analysis import analyse
from wardround.retrievers.bm25 import Bm25Encoder, term_id
from wardround.retrievers.protocols import Embedder, PassageStore
from wardround.retrievers.term_rarity import TermRarity

SIGNS = (
    "cosine",
    "bm25 over the best",
    "coverage of the question",
    "coverage not given by passages before",
    "likeness to a passage before",
    "logarithm of the rank",
    "score over the best",
    "cosine over the best",
    "likeness to the first two",
    "best cosine",
    "mean likeness to the others",
)
"""The columns of ``SignReader.read``: relevance by meaning and by words (their agreement is what a fit makes of
both), score gaps, novelty, coverage."""

MOST = 32
"""Passages beyond this rank are not considered."""

Signs = NDArray[np.float64]


class SignReader:
    """Reads the signs of a question's passages out of the index that they came from."""

    def __init__(self, store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, rarity: TermRarity) -> None:
        self._store = store
        self._embedder = embedder
        self._encoder = encoder
        self._rarity = rarity

    def read(self, question: str, evidence: Sequence[Evidence]) -> Signs:
        """One row for each passage, one column for each of ``SIGNS``.

        Args:
            question: stands alone.
            evidence: best first, at most ``MOST``.
        """
        if not evidence:
            return np.zeros((0, len(SIGNS)))
        vectors = self._store.vectors([one.passage.id for one in evidence]).astype(np.float64)
        cosines = vectors @ self._embedder.embed_queries([question])[0].astype(np.float64)
        alike = vectors @ vectors.T
        words, coverage, fresh = self._by_words(question, [one.passage.contents for one in evidence])
        count = len(evidence)
        before = np.array([alike[row, :row].max() if row else 0.0 for row in range(count)])
        first = vectors[:2].mean(axis=0)
        columns = (
            cosines,
            words / max(words.max(), 1e-9),
            coverage,
            fresh,
            before,
            np.log(np.arange(1, count + 1)),
            np.array([one.score for one in evidence]) / max(evidence[0].score, 1e-9),
            cosines / max(cosines.max(), 1e-9),
            vectors @ (first / max(float(np.linalg.norm(first)), 1e-9)),
            np.full(count, cosines.max()),
            alike.mean(axis=1),
        )
        return np.column_stack(columns)

    def _by_words(self, question: str, contents: Sequence[str]) -> tuple[Signs, Signs, Signs]:
        """BM25 scores, the IDF-weighted share of the question's terms, and the part of it that no earlier text held."""
        rarity = {term: self._rarity.idf(term) for term in set(analyse(question))}
        numbers = {term: term_id(term) for term in rarity}
        total = math.fsum(rarity.values()) or 1.0
        seen: set[str] = set()
        rows = []
        for text in contents:
            encoded = self._encoder.encode_passage(text)
            weights = dict(zip(encoded.indices, encoded.values, strict=True))
            held = {term for term, number in numbers.items() if number in weights}
            rows.append(
                (
                    math.fsum(rarity[term] * weights[numbers[term]] for term in held),
                    math.fsum(rarity[term] for term in held) / total,
                    math.fsum(rarity[term] for term in held - seen) / total,
                )
            )
            seen |= held
        scores, coverage, fresh = (np.array(column) for column in zip(*rows, strict=True))
        return scores, coverage, fresh
