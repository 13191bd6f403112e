"""The promise about the next questions, held against every way in which questions can fall on two halves."""

from itertools import combinations
from math import comb

import pytest

from wardround.evals.calibration.next_questions import p_value_of_next
from wardround.evals.calibration.p_values import p_value, p_value_of


def test_by_hand() -> None:
    # 3 misses of the next 10 keep 30 %, so 4 must lie there; with the 2 here, 6 marked among 20, 10 drawn.
    expected = sum(comb(6, here) * comb(14, 10 - here) for here in range(3)) / comb(20, 10)
    assert p_value_of_next(2, 10, 0.3) == pytest.approx(expected) == pytest.approx(0.314241, abs=1e-6)
    assert p_value_of_next(0, 10, 0.3) == pytest.approx(comb(16, 6) / comb(20, 10))


def test_more_errors_are_less_evidence_and_a_weaker_promise_needs_less() -> None:
    rising = [p_value_of_next(errors, 60, 0.2) for errors in range(61)]
    assert rising == sorted(rising)
    assert p_value_of_next(8, 60, 0.25) < p_value_of_next(8, 60, 0.2)


def test_it_asks_for_more_than_the_expected_loss_does() -> None:
    assert p_value_of(44, 270, 0.2, "exact") < 0.1 < p_value_of(44, 270, 0.2, "exact_next")
    assert p_value_of(42, 270, 0.2, "exact_next") < 0.1
    assert p_value([1.0] * 42 + [0.0] * 228, 0.2, "exact_next") == p_value_of(42, 270, 0.2, "exact_next")


@pytest.mark.parametrize("delta", [0.1, 0.3])
@pytest.mark.parametrize(
    "settings",
    [
        [range(place) for place in range(13)],  # one question more is missed from setting to setting
        [range(0), range(3), range(4), range(9), range(12)],
        [range(5)],
    ],
)
def test_over_all_halves_some_certified_setting_fails_on_the_other_half_at_most_delta_of_the_time(
    settings: list[range], delta: float
) -> None:
    alpha, half = 0.34, 6  # 2 of the 6 next questions may be missed
    failures = 0
    for ours in combinations(range(12), half):
        here = [sum(one in missed for one in ours) for missed in settings]
        certified = [p_value_of_next(errors, half, alpha) <= delta for errors in here]
        failures += any(
            ok and (len(missed) - errors) / half > alpha
            for ok, missed, errors in zip(certified, settings, here, strict=True)
        )
    assert failures <= delta * comb(12, half)
