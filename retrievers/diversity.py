"""Stages against saying the same again: maximal marginal relevance, and so many passages of a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from wardround.errors import InputError
from wardround.retrievers.protocols import Hit, PassageStore
from wardround.retrievers.staged import Stage, followed_by


def diverse(store: PassageStore, relevance_share: float = 0.7, depth: int = 50) -> Stage:
    """The first ``depth`` hits by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).

    Each next hit is best by ``relevance_share`` of its score, scaled to [0, 1] over the hits, less the rest of its
    largest cosine with a hit before it. That is its new score, which can only fall.

    Raises:
        InputError: the share is not between 0 and 1.
    """
    if not 0 <= relevance_share <= 1:
        raise InputError(f"a relevance share of {relevance_share} is not between 0 and 1")

    def stage(query: str, hits: Sequence[Hit]) -> list[Hit]:
        first = hits[:depth]
        vectors = store.vectors([hit.passage.id for hit in first])
        scores = np.array([hit.score for hit in first])
        spread = float(np.ptp(scores))
        relevance = (scores - scores.min()) / spread if spread else np.ones(len(first))
        likeness = np.zeros(len(first))
        taken: list[Hit] = []
        left = list(range(len(first)))
        while left:
            worth = relevance_share * relevance[left] - (1 - relevance_share) * likeness[left]
            best = left.pop(int(np.argmax(worth)))
            taken.append(replace(first[best], score=float(worth.max())))
            likeness = np.maximum(likeness, vectors @ vectors[best])
        return followed_by(taken, hits[depth:])

    return stage


def by_document(most: int = 1) -> Stage:
    """The hits that are among the best ``most`` of their document; the others are left out."""

    def stage(query: str, hits: Sequence[Hit]) -> list[Hit]:
        count: Counter[str] = Counter()
        kept = []
        for hit in hits:
            count[hit.passage.document_id] += 1
            if count[hit.passage.document_id] <= most:
                kept.append(hit)
        return kept

    return stage
