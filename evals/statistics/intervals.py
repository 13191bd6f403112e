"""A figure with its uncertainty, and the Wilson interval of a proportion."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the limits of its confidence interval, in the estimate's own unit.

    Attributes:
        n: items behind the estimate.
        method: how the limits were computed, such as ``wilson`` or ``bootstrap``.
        confidence: coverage aimed at, in (0, 1).
    """

    estimate: float
    low: float
    high: float
    n: int
    method: str
    confidence: float = 0.95


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Score interval of a proportion (Wilson 1927); sensible also at 0, at ``n`` and for few items.

    Args:
        successes: between 0 and ``n``.
        n: at least 1.
        confidence: in (0, 1).

    Raises:
        ValueError: the counts are impossible.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} successes of {n} is not a proportion")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    shrink = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / shrink
    half = z / shrink * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the formula gives the end itself up to rounding; a proportion never leaves [0, 1].
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(share, low, high, n, "wilson", confidence)
