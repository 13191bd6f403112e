"""The difference of two runs over the same questions, with its interval and the test that suits the scores."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from wardround.evals.statistics.bootstrap import clustered_bootstrap
from wardround.evals.statistics.intervals import Interval
from wardround.evals.statistics.paired import mcnemar, randomisation_test


class PairedDifference(NamedTuple):
    """Second run minus first.

    Attributes:
        difference: of the mean scores, by the clustered bootstrap.
        p_value: two-sided.
        test: ``mcnemar`` for independent right-or-wrong scores, else ``randomisation`` over whole clusters.
    """

    difference: Interval
    p_value: float
    test: str


def paired_difference(
    first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable], *, seed: int = 0
) -> PairedDifference:
    """How much better the second run is, and how surprising that would be if neither were.

    Args:
        first: scores of one run.
        second: scores of the other, same questions, same order.
        clusters: which questions belong together.
        seed: of the bootstrap and of the random swaps.

    Raises:
        ValueError: there is no question, or the lengths differ.
    """
    change = [float(after) - float(before) for before, after in zip(first, second, strict=True)]
    difference = clustered_bootstrap(change, clusters, seed=seed)
    if difference is None:
        raise ValueError("two runs without any question cannot be compared")
    if independent(clusters) and all(score in (0, 1) for score in (*first, *second)):
        exact = mcnemar([score == 1 for score in first], [score == 1 for score in second])
        return PairedDifference(difference, exact.p_value, "mcnemar")
    # A question that is printed twice is one witness: its cluster's sum.
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(change, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    p_value = randomisation_test([0.0] * len(sums), list(sums.values()), seed=seed)
    return PairedDifference(difference, p_value, "randomisation")


def independent(clusters: Sequence[Hashable]) -> bool:
    """True when every question is a cluster of its own."""
    return len(set(clusters)) == len(clusters)
