"""Do two runs over the same questions differ? McNemar's exact test and the paired randomisation test."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import comb
from typing import NamedTuple

import numpy as np

_ENUMERATED = 14
"""Up to this many differing questions every sign pattern is tried: 2**14 sums take milliseconds."""

_SIGNS_AT_ONCE = 500


class McNemar(NamedTuple):
    """What changed between two runs, and how surprising the balance would be if neither were better.

    Attributes:
        gained: questions only the second run answered rightly.
        lost: questions only the first run answered rightly.
        p_value: exact and two-sided, in (0, 1].
    """

    gained: int
    lost: int
    p_value: float


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> McNemar:
    """Exact McNemar test on paired right-or-wrong answers; questions on which both agree carry no information.

    The smaller of ``gained`` and ``lost`` is compared with Bin(gained + lost, 1/2), in integers, so no
    approximation enters however few questions differ.

    Raises:
        ValueError: the two runs are of different length.
    """
    pairs = list(zip(first, second, strict=True))
    gained = sum(now and not before for before, now in pairs)
    lost = sum(before and not now for before, now in pairs)
    differing = gained + lost
    tail = sum(comb(differing, k) for k in range(min(gained, lost) + 1))
    # Above the middle both tails overlap, and twice the tail would pass 1.
    return McNemar(gained, lost, min(1.0, 2 * tail / 2**differing))


def randomisation_test(
    first: Sequence[float], second: Sequence[float], *, resamples: int = 10_000, seed: int = 0
) -> float:
    """Two-sided p-value for a difference of mean scores when the labels of each pair are swapped at random.

    All swaps are tried while few pairs differ; otherwise ``resamples`` random ones, and the observed
    assignment counts as one of them, so that the p-value is never 0.

    Args:
        first: scores of one run.
        second: scores of the other on the same questions, in the same order.
        resamples: random swaps.
        seed: the same seed gives the same p-value.

    Raises:
        ValueError: the two runs are of different length.
    """
    differences = [b - a for a, b in zip(first, second, strict=True) if b != a]
    if not differences:
        return 1.0
    observed = abs(sum(differences))
    # Sums of the same numbers in another order differ in the last bits; such a sum is as extreme, not less.
    threshold = observed - 1e-9 * max(1.0, observed)
    if len(differences) <= _ENUMERATED:
        signs = product((1, -1), repeat=len(differences))
        extreme = [abs(sum(s * d for s, d in zip(sign, differences, strict=True))) >= threshold for sign in signs]
        return sum(extreme) / len(extreme)
    values = np.asarray(differences, dtype=np.float64)
    random = np.random.default_rng(seed)
    hits = 0
    for start in range(0, resamples, _SIGNS_AT_ONCE):
        shape = (min(_SIGNS_AT_ONCE, resamples - start), len(values))
        swapped = np.where(random.integers(0, 2, size=shape, dtype=np.int8) == 1, values, -values)
        hits += int((np.abs(swapped.sum(axis=1)) >= threshold).sum())
    return (hits + 1) / (resamples + 1)
