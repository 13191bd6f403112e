"""Does stated confidence match how often the answer is right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.evals.statistics.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose stated confidence lies in ``(low, high]``; the first bin holds 0 too."""

    low: float
    high: float
    confidence: float
    accuracy: Interval


@dataclass(frozen=True, slots=True)
class Reliability:
    """Stated confidence against the truth.

    Attributes:
        ece: expected calibration error, in [0, 1]; 0 is perfect. Depends on the number of bins.
        brier: mean squared distance of confidence from the outcome, in [0, 1]; 0 is perfect.
        n: answers with a stated confidence.
        bins: those that hold an answer, in rising order.
    """

    ece: float
    brier: float
    n: int
    bins: tuple[Bin, ...]


def reliability(confidences: Sequence[float], correct: Sequence[bool], *, bins: int = 10) -> Reliability | None:
    """Calibration error, Brier score and the reliability curve over equally wide bins.

    ECE is the mean over answers of ``|accuracy - mean confidence|`` of the answer's bin (Naeini et al. 2015).

    Args:
        confidences: stated probability that the answer is right, in [0, 1].
        correct: whether it was; of equal length.
        bins: how many of equal width.

    Returns:
        The figures; None without any answer.

    Raises:
        ValueError: a confidence lies outside [0, 1], or the lengths differ.
    """
    pairs = list(zip(confidences, correct, strict=True))
    if not pairs:
        return None
    if outside := [value for value, _ in pairs if not 0 <= value <= 1]:
        raise ValueError(f"a confidence of {outside[0]} is not a probability")
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    edges = [number / bins for number in range(1, bins)]
    for value, right in pairs:
        members[sum(value > edge for edge in edges)].append((value, right))
    curve = tuple(_bin(number, bins, held) for number, held in enumerate(members) if held)
    ece = sum(b.accuracy.n * abs(b.accuracy.estimate - b.confidence) for b in curve) / len(pairs)
    brier = sum((value - right) ** 2 for value, right in pairs) / len(pairs)
    return Reliability(ece, brier, len(pairs), curve)


def _bin(number: int, bins: int, held: Sequence[tuple[float, bool]]) -> Bin:
    mean = sum(value for value, _ in held) / len(held)
    return Bin(number / bins, (number + 1) / bins, mean, wilson(sum(right for _, right in held), len(held)))
