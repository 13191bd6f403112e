"""Evidence that a promise will be kept on the next questions themselves, and not only by the risk behind them.

A risk just below ``alpha`` keeps the promise about the expected loss, and a sample of new questions is above ``alpha``
nearly every second time. Whoever counts misses afterwards counts in such a sample, so that is what is tested here.
"""

from __future__ import annotations

import math

_ROUNDING = 9


def p_value_of_next(errors: int, n: int, alpha: float) -> float:
    """P-value of the hypothesis that more than ``alpha`` of the next ``n`` questions are missed.

    The calibration questions and the next ``n`` are exchangeable, so which of all their errors fall on the calibration
    is a draw without replacement. With ``a = floor(alpha * n)`` misses allowed, few errors here and many there are
    likeliest when there are ``a + 1 + errors`` in all, the fewest with which it can happen:
    ``P(Hypergeometric(2n, a + 1 + errors, n) <= errors)``.

    It holds for all settings of a falling loss at once, however one of them is chosen: along the settings errors are
    only added, one after another, to either half. The path on which more than ``a`` lie there before more than
    ``errors`` lie here is one that has at most ``errors`` here when it reaches ``a + 1 + errors`` in all.

    Args:
        errors: among the calibration questions.
        n: how many those are, and as many come next.
        alpha: in (0, 1).
    """
    allowed = math.floor(round(alpha * n, _ROUNDING))
    return _hypergeometric_cdf(errors, 2 * n, allowed + 1 + errors, n)


def _hypergeometric_cdf(most: int, population: int, marked: int, drawn: int) -> float:
    """The probability of at most ``most`` marked ones among those drawn, summed from logarithms."""
    if marked > population:
        return 0.0
    least = max(0, marked + drawn - population)
    all_draws = _log_choose(population, drawn)
    terms = (
        math.exp(_log_choose(marked, one) + _log_choose(population - marked, drawn - one) - all_draws)
        for one in range(least, min(most, marked, drawn) + 1)
    )
    return min(1.0, math.fsum(terms))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
