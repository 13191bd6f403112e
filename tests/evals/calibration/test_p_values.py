"""P-values against values computed by hand and by the published formulas."""

import math
from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import binomial_cdf, hoeffding_bentkus, p_value, upper_limit

QUARTER_WRONG = [1.0] * 25 + [0.0] * 75


def test_known_values() -> None:
    assert p_value(QUARTER_WRONG, 0.35, "hb") == pytest.approx(0.05747, abs=5e-6)
    assert p_value(QUARTER_WRONG, 0.35, "exact") == pytest.approx(0.02114, abs=5e-6)


@given(st.integers(1, 40), st.integers(-1, 41), st.integers(1, 19))
def test_the_binomial_tail_equals_its_exact_sum(n: int, successes: int, twentieths: int) -> None:
    p = Fraction(twentieths, 20)
    exact = sum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(min(successes, n) + 1))
    assert binomial_cdf(successes, n, float(p)) == pytest.approx(float(exact), rel=1e-10, abs=1e-14)


def test_large_samples_keep_their_digits() -> None:
    assert binomial_cdf(0, 100_000, 0.001) == pytest.approx(0.999**100_000, rel=1e-9)
    middle = Fraction(math.comb(100_000, 50_000), 2**100_000)
    assert binomial_cdf(50_000, 100_000, 0.5) == pytest.approx(0.5 + float(middle) / 2, rel=1e-9)


PASSING = {
    (100, 0.10): (0.020, 0.030), (100, 0.20): (0.100, 0.110), (100, 0.30): (0.180, 0.200), (100, 0.40): (0.270, 0.290),
    (200, 0.10): (0.045, 0.050), (200, 0.20): (0.125, 0.135), (200, 0.30): (0.215, 0.225), (200, 0.40): (0.310, 0.320),
    (300, 0.10): (0.057, 0.060), (300, 0.20): (0.140, 0.150), (500, 0.10): (0.066, 0.070), (500, 0.30): (0.248, 0.254),
    (1000, 0.10): (0.076, 0.079), (1000, 0.40): (0.360, 0.366), (1272, 0.10): (0.079, 0.082),
    (1272, 0.20): (0.171, 0.175),
}  # fmt: skip


@pytest.mark.parametrize(("n", "alpha"), PASSING)
def test_the_largest_error_rate_that_passes_at_delta_a_tenth_over_six_candidates(n: int, alpha: float) -> None:
    def largest(passes: Callable[[int], bool]) -> float:
        return (bisect_left(range(n), True, key=lambda errors: not passes(errors)) - 1) / n

    hb = largest(lambda errors: hoeffding_bentkus(errors, n, alpha) <= 0.1 / 6)
    exact = largest(lambda errors: binomial_cdf(errors, n, alpha) <= 0.1 / 6)
    assert (hb, exact) == (pytest.approx(PASSING[n, alpha][0], abs=6e-4), pytest.approx(PASSING[n, alpha][1], abs=6e-4))


@given(st.integers(1, 300), st.floats(0.01, 0.99))
def test_more_errors_never_lower_a_p_value(n: int, alpha: float) -> None:
    for method in (lambda e: hoeffding_bentkus(e, n, alpha), lambda e: binomial_cdf(e, n, alpha)):
        values = [method(errors) for errors in range(0, n + 1, max(1, n // 10))]
        assert all(earlier <= later + 1e-12 for earlier, later in pairwise(values))
        assert all(0 <= value <= 1 for value in values)


def test_a_count_is_not_rounded_up_by_floating_point() -> None:
    tenths = [0.1] * 30  # sums to 3.0000000000000004 when added naively
    assert p_value(tenths, 0.3, "hb") == hoeffding_bentkus(3, 30, 0.3)


def test_the_upper_limit_inverts_the_test() -> None:
    limit = upper_limit(QUARTER_WRONG, 0.05, "exact")
    p = Fraction(limit)
    tail = sum(math.comb(100, i) * p**i * (1 - p) ** (100 - i) for i in range(26))
    assert float(tail) == pytest.approx(0.05, abs=1e-9)  # Clopper-Pearson's definition, one-sided
    assert p_value(QUARTER_WRONG, limit + 1e-9, "exact") <= 0.05
    assert upper_limit([0.0] * 100, 0.05, "exact") == pytest.approx(1 - 0.05 ** (1 / 100))
    assert upper_limit([1.0] * 20, 0.05, "exact") == 1.0


@pytest.mark.parametrize(
    ("losses", "alpha", "method", "message"),
    [
        ([], 0.1, "exact", "there are no losses"),
        ([0.0, math.nan], 0.1, "hb", "loss nan of question 2 is not in"),
        ([0.0, 1.5], 0.1, "hb", "loss 1.5 of question 2 is not in"),
        ([0.0, 0.5], 0.1, "exact", "loss 0.5 of question 2 is neither 0 nor 1"),
        ([0.0], 0.0, "exact", "alpha is 0.0"),
        ([0.0], math.nan, "exact", "alpha is nan"),
    ],
)
def test_what_is_no_loss_or_level_is_refused(losses: list[float], alpha: float, method: str, message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        p_value(losses, alpha, method)  # type: ignore[arg-type]
