"""Means over several sets that weigh alike however many questions each has, such as R2MED's over its eight tasks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wardround.evals.statistics.differences import PairedDifference
from wardround.evals.statistics.intervals import Interval
from wardround.evals.statistics.paired import randomisation_test

_DRAWS_AT_ONCE = 250

Strata = Sequence[Sequence[float]]
"""One list of scores a set, one score a question; no list is empty."""


def stratified_mean(
    strata: Strata, *, resamples: int = 4000, seed: int = 0, confidence: float = 0.95
) -> Interval | None:
    """The unweighted mean of the sets' means, with its percentile interval by the stratified bootstrap.

    Each draw takes, within each set, as many of its questions as it has, with replacement, and then the mean of the
    sets' means. The sets are the benchmark's own and are not drawn: the interval says how the mean would move with
    other questions, not with other tasks. Questions are taken as independent.

    Args:
        strata: the sets.
        resamples: bootstrap draws.
        seed: the same seed gives the same limits.
        confidence: in (0, 1).

    Returns:
        The interval, whose ``n`` counts questions; None without any set.
    """
    if not strata:
        return None
    random = np.random.default_rng(seed)
    drawn = np.mean([_drawn_means(stratum, resamples, random) for stratum in strata], axis=0)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    estimate = float(np.mean([np.mean(stratum) for stratum in strata]))
    return Interval(estimate, float(low), float(high), sum(map(len, strata)), "stratified bootstrap", confidence)


def stratified_difference(first: Strata, second: Strata, *, seed: int = 0) -> PairedDifference:
    """How much better the second run is by the mean of the sets' means, and how surprising that would be by chance.

    The test is the paired randomisation test over the questions of all sets: the two scores of each question are
    swapped at random, which keeps every question within its set, and a change weighs 1 / (questions of its set).

    Args:
        first: scores of one run.
        second: scores of the other, same sets and questions, same order.
        seed: of the bootstrap and of the random swaps.

    Raises:
        ValueError: there is no question, or the lengths differ.
    """
    changes = [
        [after - before for before, after in zip(*pair, strict=True)] for pair in zip(first, second, strict=True)
    ]
    difference = stratified_mean(changes, seed=seed)
    if difference is None:
        raise ValueError("two runs without any question cannot be compared")
    # Times the size of an average set, so that weights lie around 1, where the test's tolerance is meant.
    usual = difference.n / len(changes)
    weighed = [change * usual / len(stratum) for stratum in changes for change in stratum]
    p_value = randomisation_test([0.0] * len(weighed), weighed, seed=seed)
    return PairedDifference(difference, p_value, "stratified randomisation")


def _drawn_means(stratum: Sequence[float], resamples: int, random: np.random.Generator) -> np.ndarray:
    values = np.asarray(stratum, dtype=np.float64)
    if not len(values):
        raise ValueError("a set without any question has no mean")
    return np.concatenate(
        [
            values[random.integers(0, len(values), size=(min(_DRAWS_AT_ONCE, resamples - start), len(values)))].mean(
                axis=1
            )
            for start in range(0, resamples, _DRAWS_AT_ONCE)
        ]
    )
