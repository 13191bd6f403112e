"""How candidates are scored, as functions of arrays; ``convex.py`` says in which order they are applied.

All arrays have one entry a candidate, in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardround.retrievers.protocols import Matrix, Scores, Vector

DECIMALS = 6
"""Sums of 32-bit products differ in the seventh digit between machines: scores are compared rounded."""

_SHARPNESS = 4


def scaled_by_best(scores: Scores) -> Scores:
    """The scores, the best being 1; none of them is negative."""
    best = float(scores.max(initial=0.0))
    scaled: Scores = scores / (best or 1.0)
    return scaled


def combined(words: Scores, meaning: Scores, meaning_share: float) -> Scores:
    """The convex combination of two scores of each candidate."""
    total: Scores = (1 - meaning_share) * words + meaning_share * meaning
    return total


def best_first(scores: Scores) -> NDArray[np.intp]:
    """Positions by falling score, equal ones in their order."""
    return np.argsort(-scores.round(DECIMALS), kind="stable")


def towards_best(query: Vector, best: Matrix, scores: Scores, strength: float) -> Vector:
    """The query's vector moved towards the vectors of its best candidates, of length 1.

    Rocchio's feedback for one direction: ``query + strength * mean of best weighted by score``, normalised. Candidates
    that score nothing pull nothing.
    """
    weights = np.maximum(scores, 0)
    if not weights.sum():
        return query
    moved = query + strength * (weights / weights.sum()) @ best
    closer: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return closer


def smoothed(scores: Scores, vectors: Matrix, neighbours: int, share: float) -> Scores:
    """Each candidate's score, ``share`` of it taken from the candidates most like it.

    Passages that say similar things should be similarly relevant (Diaz, "Regularizing ad hoc retrieval scores", 2005).
    A neighbour counts by the fourth power of its cosine, so that a distant one hardly counts.

    Args:
        scores: shape (candidates,).
        vectors: of the candidates, shape (candidates, dimension).
        neighbours: how many are looked at; all there are, if there are fewer.
        share: between 0 and 1.
    """
    count = min(neighbours, len(scores) - 1)
    if count < 1:
        return scores
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    nearest = np.argsort(-likeness.round(DECIMALS), axis=1, kind="stable")[:, :count]
    weights = np.maximum(np.take_along_axis(likeness, nearest, axis=1), 0).astype(np.float64) ** _SHARPNESS
    total = weights.sum(axis=1)
    around = (weights * scores[nearest]).sum(axis=1) / np.where(total, total, 1)
    mixed: Scores = np.where(total, (1 - share) * scores + share * around, scores)
    return mixed
