"""The choice of k, of a threshold and of when to answer; and what makes a choice impossible."""

import math

import numpy as np
import pytest

from wardround.errors import CalibrationError
from wardround.evals.calibration.conformal import conformal_quantile, controlled_position
from wardround.evals.calibration.fixed_k import choose_fixed_k
from wardround.evals.calibration.selective import Answered, choose_selective


def wrong(errors: int, n: int = 300) -> list[float]:
    return [1.0] * errors + [0.0] * (n - errors)


LOSSES = {0: wrong(120), 1: wrong(60), 2: wrong(40), 4: wrong(30), 8: wrong(30), 16: wrong(33), 32: wrong(45)}


class TestFixedK:
    def test_the_smallest_risk_is_chosen_and_of_equals_the_smallest_k(self) -> None:
        outcome = choose_fixed_k(LOSSES, alpha=0.2, delta=0.1)
        assert outcome.chosen == 4
        assert [one.k for one in outcome.candidates if one.certified] == [2, 4, 8, 16, 32]
        assert outcome.candidates[3].risk == pytest.approx(0.1)
        assert outcome.candidates[3].risk < outcome.candidates[3].upper < 0.2

    def test_none_certified_is_an_answer_that_names_the_smallest_alpha(self) -> None:
        outcome = choose_fixed_k(LOSSES, alpha=0.1, delta=0.1)
        assert outcome.chosen is None
        assert 0.1 < outcome.smallest_alpha < 0.2
        assert choose_fixed_k(LOSSES, alpha=outcome.smallest_alpha + 1e-6, delta=0.1).chosen == 4
        assert choose_fixed_k(LOSSES, alpha=outcome.smallest_alpha - 1e-6, delta=0.1).chosen is None

    def test_rule_faithful_settings_certify_less(self) -> None:
        faithful = choose_fixed_k(LOSSES, alpha=0.2, delta=0.1, procedure="bonferroni", method="hb")
        ours = choose_fixed_k(LOSSES, alpha=0.2, delta=0.1)
        certified = [{one.k for one in outcome.candidates if one.certified} for outcome in (faithful, ours)]
        assert certified[0] <= certified[1]
        assert faithful.smallest_alpha > ours.smallest_alpha

    def test_a_fixed_sequence_goes_by_the_given_order_of_k(self) -> None:
        ordered = choose_fixed_k(
            LOSSES, alpha=0.15, delta=0.1, procedure="fixed_sequence", order=[4, 8, 16, 2, 32, 1, 0]
        )
        assert [one.k for one in ordered.candidates if one.certified] == [4, 8, 16]

    def test_all_wrong_certifies_nothing(self) -> None:
        outcome = choose_fixed_k({k: wrong(300) for k in LOSSES}, alpha=0.2, delta=0.1)
        assert (outcome.chosen, outcome.smallest_alpha) == (None, 1.0)

    @pytest.mark.parametrize(
        ("losses", "message"),
        [
            ({k: row for k, row in LOSSES.items() if k != 8}, "losses of k = 8 are missing"),
            (LOSSES | {8: wrong(3, 299)}, r"different numbers of questions: \[299, 300\]"),
            (LOSSES | {8: [math.nan] * 300}, "loss nan of question 1"),
            ({k: wrong(0, 20) for k in LOSSES}, "20 calibration questions cannot certify alpha 0.1 .* 41 are needed"),
        ],
    )
    def test_bad_input_is_an_error_and_no_guarantee(self, losses: dict[int, list[float]], message: str) -> None:
        with pytest.raises(CalibrationError, match=message):
            choose_fixed_k(losses, alpha=0.1, delta=0.1)

    def test_the_certified_risk_holds_in_simulated_calibrations(self) -> None:
        random = np.random.default_rng(3)
        risks = {0: 0.4, 1: 0.27, 2: 0.21, 4: 0.18, 8: 0.17, 16: 0.19, 32: 0.22}
        failures = 0
        for _ in range(60):
            question = random.random(150)
            losses = {k: (question < risk).astype(float).tolist() for k, risk in risks.items()}
            chosen = choose_fixed_k(losses, alpha=0.2, delta=0.1).chosen
            failures += chosen is not None and risks[chosen] > 0.2
        assert failures <= 60 * 0.1


class TestConformal:
    LOSSES = ([1.0] * 10, [1.0] * 4 + [0.0] * 6, [1.0] + [0.0] * 9, [0.0] * 10)

    def test_the_first_setting_whose_corrected_mean_is_low_enough(self) -> None:
        # Corrected means: 11/11, 5/11, 2/11, 1/11.
        assert controlled_position(self.LOSSES, 0.5) == 1
        assert controlled_position(self.LOSSES, 0.2) == 2
        assert controlled_position(self.LOSSES, 0.1) == 3
        assert controlled_position(self.LOSSES, 0.05) is None

    def test_rising_losses_and_ragged_rows_are_refused(self) -> None:
        with pytest.raises(CalibrationError, match="a loss rises from setting 1 to 2"):
            controlled_position([[0.0, 1.0], [1.0, 0.0]], 0.5)
        with pytest.raises(CalibrationError, match="different numbers of questions"):
            controlled_position([[0.0, 1.0], [1.0]], 0.5)

    def test_the_quantile_has_the_finite_sample_rank(self) -> None:
        scores = [float(i) for i in range(1, 10)]
        assert conformal_quantile(scores, 0.1) == 9.0  # ceil(10 * 0.9) = 9th
        assert conformal_quantile(scores, 0.5) == 5.0
        assert conformal_quantile(scores, 0.05) is None
        assert conformal_quantile([], 0.5) is None

    def test_the_expected_loss_is_kept_on_new_questions(self) -> None:
        random = np.random.default_rng(5)
        grid = np.linspace(1, 0, 21)
        realised = []
        for _ in range(400):
            need = random.beta(2, 5, size=101)  # the relevance threshold at which the gold passage is kept
            rows = [(need[:100] < threshold).astype(float).tolist() for threshold in grid]
            position = controlled_position(rows, 0.1)
            assert position is not None
            realised.append(float(need[100] < grid[position]))
        assert np.mean(realised) <= 0.1 + 3 * (0.1 * 0.9 / 400) ** 0.5


class TestSelective:
    def test_the_cell_that_answers_most_is_chosen(self) -> None:
        sure = [Answered(0.9, 0.0)] * 180 + [Answered(0.9, 1.0)] * 5
        unsure = [Answered(0.4, 0.0)] * 60 + [Answered(0.4, 1.0)] * 55
        chosen, cells = choose_selective({4: sure + unsure}, [0.0, 0.5, 0.95], alpha=0.1, delta=0.1)
        assert chosen is not None
        assert (chosen.threshold, chosen.answered, chosen.coverage) == (0.5, 185, pytest.approx(185 / 300))
        assert chosen.risk == pytest.approx(5 / 185)
        assert [(cell.threshold, cell.certified) for cell in cells] == [(0.0, False), (0.5, True), (0.95, False)]

    def test_a_cell_that_answers_nothing_is_never_certified(self) -> None:
        chosen, cells = choose_selective({4: [Answered(0.1, 0.0)] * 50}, [0.5], alpha=0.5, delta=0.1)
        assert (chosen, cells[0].answered, cells[0].p_value) == (None, 0, 1.0)

    def test_an_empty_grid_or_a_confidence_that_is_none_is_refused(self) -> None:
        with pytest.raises(CalibrationError, match="grid of k and threshold is empty"):
            choose_selective({4: [Answered(0.1, 0.0)]}, [], alpha=0.5, delta=0.1)
        with pytest.raises(CalibrationError, match="a confidence is not a number"):
            choose_selective({4: [Answered(math.nan, 0.0)]}, [0.5], alpha=0.5, delta=0.1)
