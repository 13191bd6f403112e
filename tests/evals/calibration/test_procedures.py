"""Procedures on p-values by hand, and on simulated hypotheses that are all true."""

import numpy as np
import pytest

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import binomial_cdf
from wardround.evals.calibration.procedures import Procedure, rejected

P = [0.001, 0.03, 0.02, 0.2]


def test_by_hand() -> None:
    assert rejected(P, 0.1, "bonferroni") == {0, 2}  # at most 0.025
    assert rejected(P, 0.1, "holm") == {0, 1, 2}  # 0.004, 0.06, 0.06, 0.2
    assert rejected(P, 0.05, "holm") == {0}
    assert rejected(P, 0.05, "fixed_sequence", [0, 1, 2, 3]) == {0, 1, 2}
    assert rejected(P, 0.05, "fixed_sequence", [3, 0, 1, 2]) == frozenset()
    assert rejected(P, 0.025, "fixed_sequence", [0, 1, 2, 3]) == {0}


@pytest.mark.parametrize("order", [None, [0, 1, 2], [0, 1, 2, 2], [0, 1, 2, 4]])
def test_a_fixed_sequence_needs_a_whole_order(order: list[int] | None) -> None:
    with pytest.raises(CalibrationError, match="needs an order"):
        rejected(P, 0.05, "fixed_sequence", order)


def test_an_order_for_another_procedure_and_bad_values_are_refused() -> None:
    with pytest.raises(CalibrationError, match="no meaning for the procedure holm"):
        rejected(P, 0.05, "holm", [0, 1, 2, 3])
    with pytest.raises(CalibrationError, match="a p-value is not in"):
        rejected([float("nan")], 0.05, "holm")
    with pytest.raises(CalibrationError, match="delta is 1"):
        rejected(P, 1, "holm")


@pytest.mark.parametrize("procedure", ["holm", "bonferroni", "fixed_sequence"])
@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_when_every_candidate_is_just_too_risky_one_is_certified_at_most_delta_of_the_time(
    procedure: Procedure, alpha: float
) -> None:
    trials, n, delta = 2000, 200, 0.1
    random = np.random.default_rng(7)
    order = list(range(5)) if procedure == "fixed_sequence" else None
    cdf = [binomial_cdf(errors, n, alpha) for errors in range(n + 1)]
    # Risks a hair above alpha, errors shared by the candidates to make them dependent as prefixes are.
    wrong = sum(
        bool(rejected([cdf[int((question < alpha + 1e-3 * (k + 1)).sum())] for k in range(5)], delta, procedure, order))
        for question in random.random((trials, n))
    )
    assert wrong <= trials * delta + 3 * (trials * delta * (1 - delta)) ** 0.5
