"""How well a score separates two classes, with an interval over whole clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from wardround.evals.statistics.intervals import Interval


def auroc(scores: Sequence[float], positive: Sequence[bool]) -> float:
    """Probability that a positive scores above a negative, ties counted half; 0.5 is chance.

    Raises:
        ValueError: the lengths differ, or one class is empty.
    """
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    if values.shape != labels.shape:
        raise ValueError(f"{len(values)} scores and {len(labels)} labels do not match")
    if labels.all() or not labels.any():
        raise ValueError("an AUROC needs both classes")
    return _auroc(values, labels)


def clustered_auroc(
    scores: Sequence[float],
    positive: Sequence[bool],
    clusters: Sequence[Hashable],
    *,
    resamples: int = 500,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval:
    """The AUROC with a percentile interval for which whole clusters are drawn with replacement.

    Draws that leave one class empty say nothing and are left out.
    """
    estimate = auroc(scores, positive)
    values, labels = np.asarray(scores, dtype=np.float64), np.asarray(positive, dtype=bool)
    rows: dict[Hashable, list[int]] = {}
    for row, cluster in enumerate(clusters):
        rows.setdefault(cluster, []).append(row)
    members = [np.array(indices) for indices in rows.values()]
    random = np.random.default_rng(seed)
    drawn: list[float] = []
    for _ in range(resamples):
        chosen = np.concatenate([members[i] for i in random.integers(0, len(members), len(members))])
        if labels[chosen].any() and not labels[chosen].all():
            drawn.append(_auroc(values[chosen], labels[chosen]))
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(estimate, float(low), float(high), len(values), "clustered bootstrap", confidence)


def _auroc(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = int(labels.sum())
    above = ranks[labels].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(labels) - positives)))
