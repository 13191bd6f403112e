"""The clustered bootstrap: questions that belong together are drawn together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from wardround.evals.statistics.intervals import Interval

_DRAWS_AT_ONCE = 250


def clustered_bootstrap(
    values: Sequence[float],
    clusters: Sequence[Hashable],
    weights: Sequence[float] | None = None,
    *,
    resamples: int = 4000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Interval | None:
    """Percentile interval of ``sum(values) / sum(weights)`` when whole clusters are drawn with replacement.

    With the default weights of 1 this is the interval of a mean; other weights give a ratio, such as wrong
    answers that were right before among all wrong answers. Variants of one question, or questions on one case,
    are not independent, and drawing them singly would make every interval too narrow (arXiv:2411.00640).

    Args:
        values: one a question.
        clusters: which questions belong together; of equal length.
        weights: what the sum of values is divided by; 1 for each question when left out.
        resamples: bootstrap draws.
        seed: the same seed gives the same limits.
        confidence: in (0, 1).

    Returns:
        The interval; None when the weights add up to nothing, so that the ratio is undefined.
    """
    divisors = [1.0] * len(values) if weights is None else list(weights)
    sums, totals = _by_cluster(values, divisors, clusters)
    if totals.sum() == 0:
        return None
    ratios = _resampled_ratios(sums, totals, resamples, np.random.default_rng(seed))
    tail = (1 - confidence) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return Interval(float(sums.sum() / totals.sum()), float(low), float(high), len(values), "bootstrap", confidence)


def _by_cluster(
    values: Sequence[float], weights: Sequence[float], clusters: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if not len(values) == len(weights) == len(clusters):
        raise ValueError(f"{len(values)} values, {len(weights)} weights and {len(clusters)} clusters do not match")
    number: dict[Hashable, int] = {}
    index = np.array([number.setdefault(cluster, len(number)) for cluster in clusters], dtype=np.int64)
    sums, totals = np.zeros(len(number)), np.zeros(len(number))
    np.add.at(sums, index, np.asarray(values, dtype=np.float64))
    np.add.at(totals, index, np.asarray(weights, dtype=np.float64))
    return sums, totals


def _resampled_ratios(
    sums: NDArray[np.float64], totals: NDArray[np.float64], resamples: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """One ratio a draw; draws whose weights add up to nothing say nothing and are left out."""
    ratios = []
    for start in range(0, resamples, _DRAWS_AT_ONCE):
        drawn = random.integers(0, len(sums), size=(min(_DRAWS_AT_ONCE, resamples - start), len(sums)))
        total = totals[drawn].sum(axis=1)
        ratios.append(sums[drawn].sum(axis=1)[total > 0] / total[total > 0])
    return np.concatenate(ratios)
