"""Evidence against "the risk is above alpha" from the losses of calibration questions.

A small p-value lets a candidate be certified. For losses of 0 and 1 the binomial tail is exact; for losses in
[0, 1] the Hoeffding-Bentkus bound holds (Learn then Test, arXiv:2110.01052; RULE, arXiv:2407.05131).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

from wardround.errors import CalibrationError
from wardround.evals.calibration.next_questions import p_value_of_next

Method = Literal["exact", "hb", "exact_next"]

# Sums of floating-point losses carry rounding errors far below this, and real losses are far coarser.
_ROUNDING = 9


def p_value(losses: Sequence[float], alpha: float, method: Method) -> float:
    """P-value of the hypothesis that the expected loss exceeds ``alpha``; valid at every finite size.

    Args:
        losses: one per question, each in [0, 1]; for ``exact`` and ``exact_next`` each 0 or 1.
        alpha: the risk that shall not be exceeded, in (0, 1).
        method: ``exact`` for 0/1 losses, ``hb`` for losses in between. ``exact_next``, for settings whose losses only
            fall, tests beside the expected loss the share of the next as many questions that are lost.

    Raises:
        CalibrationError: there are no losses, or one is not of that kind; or ``alpha`` is out of range.
    """
    require_losses(losses, method)
    require_share("alpha", alpha)
    return p_value_of(math.fsum(losses), len(losses), alpha, method)


def p_value_of(total: float, n: int, alpha: float, method: Method) -> float:
    """``p_value`` of ``n`` losses that are known by their sum, which is all that the tests look at.

    Args:
        total: in [0, n]; for 0/1 losses a whole number.
        n: how many losses.
        alpha: in (0, 1).
        method: as in ``p_value``.
    """
    total = round(total, _ROUNDING)
    if method == "hb":
        return hoeffding_bentkus(total, n, alpha)
    expected = binomial_cdf(round(total), n, alpha)
    return expected if method == "exact" else max(expected, p_value_of_next(round(total), n, alpha))


def hoeffding_bentkus(total: float, n: int, alpha: float) -> float:
    """The smaller of Hoeffding's and Bentkus' bounds (methods 4.1), at most 1.

    Args:
        total: sum of the losses, so that a count of errors is never rounded up by way of a mean.
        n: how many losses.
        alpha: in (0, 1).
    """
    mean = min(total / n, alpha)
    hoeffding = math.exp(-n * _divergence(mean, alpha))
    bentkus = math.e * binomial_cdf(math.ceil(total), n, alpha)
    return min(1.0, hoeffding, bentkus)


def binomial_cdf(successes: int, n: int, probability: float) -> float:
    """P(Binomial(n, probability) <= successes), summed from exact logarithms."""
    if successes < 0:
        return 0.0
    if successes >= n:
        return 1.0
    log_p, log_q = math.log(probability), math.log1p(-probability)
    # The shorter tail is summed, so that neither end loses digits.
    if successes < n * probability:
        return min(1.0, math.fsum(_terms(range(successes + 1), n, log_p, log_q)))
    return max(0.0, 1.0 - math.fsum(_terms(range(successes + 1, n + 1), n, log_p, log_q)))


def upper_limit(losses: Sequence[float], error: float, method: Method) -> float:
    """The risk that these losses rule out with confidence ``1 - error``: the inversion of ``p_value``.

    For ``exact`` this is the Clopper-Pearson upper limit; for ``exact_next`` it is above it. 1 when nothing can be
    ruled out.
    """
    require_losses(losses, method)
    require_share("error", error)
    return smallest_true(lambda alpha: p_value(losses, alpha, method) <= error)


def smallest_true(holds: Callable[[float], bool]) -> float:
    """The smallest risk in (0, 1) at which ``holds``, for what holds at every larger risk; 1 when it never does."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def require_losses(losses: Sequence[float], method: Method) -> None:
    """Refuses losses that a test would misread.

    Raises:
        CalibrationError: names the first loss that is missing, no number, out of [0, 1] or, for 0/1 losses, a fraction.
    """
    if not losses:
        raise CalibrationError("there are no losses to calibrate on")
    for position, loss in enumerate(losses):
        if not 0 <= loss <= 1:  # also true of NaN
            raise CalibrationError(f"loss {loss} of question {position + 1} is not in [0, 1]")
        if method != "hb" and loss not in (0, 1):
            raise CalibrationError(
                f"loss {loss} of question {position + 1} is neither 0 nor 1; use the method hb for graded losses"
            )


def require_share(name: str, value: float) -> None:
    """Refuses a level outside of (0, 1).

    Raises:
        CalibrationError: names the level.
    """
    if not 0 < value < 1:
        raise CalibrationError(f"{name} is {value}; it must lie between 0 and 1, both excluded")


def _terms(counts: range, n: int, log_p: float, log_q: float) -> list[float]:
    return [
        math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * log_p + (n - k) * log_q)
        for k in counts
    ]


def _divergence(a: float, b: float) -> float:
    """Kullback-Leibler divergence of Bernoulli(a) from Bernoulli(b), with 0 * log 0 = 0."""
    first = a * math.log(a / b) if a > 0 else 0.0
    second = (1 - a) * math.log((1 - a) / (1 - b)) if a < 1 else 0.0
    return first + second
