"""The interval that suits a list of scores."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from wardround.evals.statistics.bootstrap import clustered_bootstrap
from wardround.evals.statistics.differences import independent
from wardround.evals.statistics.intervals import Interval, wilson


def mean_interval(
    values: Sequence[float], clusters: Sequence[Hashable], *, seed: int = 0, confidence: float = 0.95
) -> Interval | None:
    """Mean score with its interval: Wilson for independent right-or-wrong scores, the clustered bootstrap otherwise.

    Args:
        values: one score a question.
        clusters: which questions belong together, of equal length; all different when they are independent.
        seed: of the bootstrap.
        confidence: in (0, 1).

    Returns:
        The interval; None without any score.
    """
    if not values:
        return None
    if independent(clusters) and all(value in (0, 1) for value in values):
        return wilson(round(sum(values)), len(values), confidence)
    return clustered_bootstrap(values, clusters, seed=seed, confidence=confidence)
