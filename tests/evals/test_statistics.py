"""Every figure here is computed by hand in the test's own lines or taken from the method's paper."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.evals.statistics import (
    Interval,
    clustered_bootstrap,
    context_effects,
    holm,
    mcnemar,
    mean_interval,
    paired_difference,
    randomisation_test,
    reliability,
    stratified_difference,
    stratified_mean,
    wilson,
)


def test_wilson_interval_of_seven_in_ten() -> None:
    found = wilson(7, 10)
    # centre (0.7 + 3.8415/20) / 1.38415 = 0.64450, half-width 0.24772
    assert (found.estimate, found.n, found.method) == (0.7, 10, "wilson")
    assert found.low == pytest.approx(0.39678, abs=5e-6)
    assert found.high == pytest.approx(0.89221, abs=5e-6)


def test_wilson_interval_stays_sensible_at_the_ends() -> None:
    none = wilson(0, 10)
    assert (none.low, none.high) == (0.0, pytest.approx(0.27753, abs=5e-6))
    every = wilson(10, 10)
    assert (every.low, every.high) == (pytest.approx(0.72247, abs=5e-6), 1.0)


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (3, 2), (-1, 5)])
def test_impossible_counts_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="is not a proportion"):
        wilson(successes, n)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_holds_its_estimate_and_mirrors(counts: tuple[int, int]) -> None:
    successes, n = counts
    found, mirrored = wilson(successes, n), wilson(n - successes, n)
    assert 0 <= found.low <= found.estimate <= found.high <= 1
    assert found.low == pytest.approx(1 - mirrored.high)


def test_clusters_drawn_whole_widen_the_interval() -> None:
    values = [1.0] * 4 + [0.0] * 4
    # Two clusters: the mean of a draw is 0, 1/2 or 1 with probabilities 1/4, 1/2, 1/4.
    together = clustered_bootstrap(values, ["a"] * 4 + ["b"] * 4)
    assert together == Interval(0.5, 0.0, 1.0, 8, "bootstrap")
    # Eight independent questions: P(mean <= 1/8) = 9/256 = 3.5 %, P(mean = 0) = 0.4 %.
    apart = clustered_bootstrap(values, range(8))
    assert apart == Interval(0.5, 0.125, 0.875, 8, "bootstrap")


def test_a_bootstrapped_ratio_divides_by_the_weights() -> None:
    found = clustered_bootstrap([1, 0, 1], ["x", "x", "x"], [1, 1, 2])
    assert found == Interval(0.5, 0.5, 0.5, 3, "bootstrap")
    assert clustered_bootstrap([0, 0], [1, 2], [0, 0]) is None


def test_the_seed_decides_the_bootstrap() -> None:
    values = [float(i % 7) for i in range(60)]
    assert clustered_bootstrap(values, range(60), seed=3) == clustered_bootstrap(values, range(60), seed=3)
    assert clustered_bootstrap(values, range(60), seed=3) != clustered_bootstrap(values, range(60), seed=4)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values, 2 weights and 1 clusters do not match"):
        clustered_bootstrap([1, 2], [1])


def test_mean_interval_takes_wilson_only_for_independent_right_or_wrong_scores() -> None:
    assert mean_interval([1, 0, 1, 1], range(4)) == wilson(3, 4)
    clustered = mean_interval([1, 0, 1, 1], ["a", "a", "b", "b"])
    assert clustered is not None
    assert clustered.method == "bootstrap"
    graded = mean_interval([0.5, 1.0], range(2))
    assert graded is not None
    assert graded.method == "bootstrap"
    assert mean_interval([], []) is None


def test_mcnemar_looks_only_at_the_questions_that_changed() -> None:
    first = [True] * 5 + [False] + [True] * 90
    second = [False] * 5 + [True] + [True] * 90
    # Bin(6, 1/2): P(at most 1) = (1 + 6) / 64, twice that.
    assert mcnemar(first, second) == (1, 5, 14 / 64)


def test_mcnemar_without_a_difference_is_one() -> None:
    assert mcnemar([True, False], [True, False]) == (0, 0, 1.0)
    assert mcnemar([True, False], [False, True]) == (1, 1, 1.0)


def test_runs_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError):
        mcnemar([True], [True, False])


def test_few_differing_pairs_are_enumerated() -> None:
    # |sum| is 3 for two of the eight sign patterns of (1, 1, 1).
    assert randomisation_test([0, 0, 0, 5], [1, 1, 1, 5]) == 2 / 8
    # Of (3, 1, -1): sums 3, 5, 1, 3 and their negatives; all but the two of size 1 reach 3.
    assert randomisation_test([0, 0, 1], [3, 1, 0]) == 6 / 8
    assert randomisation_test([1, 2], [1, 2]) == 1.0


def test_many_differing_pairs_are_drawn_and_never_give_zero() -> None:
    assert randomisation_test([0.0] * 40, [1.0] * 40, resamples=999) == 1 / 1000


def test_the_drawn_test_agrees_with_the_exact_binomial() -> None:
    # 15 gains against 5 losses of equal size is McNemar's situation: p = 2 * P(Bin(20, 1/2) <= 5).
    exact = 2 * sum(comb(20, k) for k in range(6)) / 2**20
    drawn = randomisation_test([0.0] * 15 + [1.0] * 5, [1.0] * 15 + [0.0] * 5)
    assert drawn == pytest.approx(exact, abs=0.008)


def test_holm_steps_down() -> None:
    # 3 * 0.01, 2 * 0.03, 1 * 0.04 raised to the step before it.
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_lies_between_raw_and_bonferroni(p_values: list[float]) -> None:
    for raw, adjusted in zip(p_values, holm(p_values), strict=True):
        assert raw <= adjusted <= min(1.0, raw * len(p_values)) + 1e-12


def test_calibration_figures_of_four_answers() -> None:
    found = reliability([0.95, 0.95, 0.55, 0.55], [True, False, True, False])
    assert found is not None
    # ECE (2*|0.5-0.95| + 2*|0.5-0.55|) / 4; Brier (0.0025 + 0.9025 + 0.2025 + 0.3025) / 4
    assert found.ece == pytest.approx(0.25)
    assert found.brier == pytest.approx(0.3525)
    assert [(b.low, b.high, b.accuracy.n) for b in found.bins] == [(0.5, 0.6, 2), (0.9, 1.0, 2)]


def test_bins_hold_their_upper_edge_and_the_first_one_zero() -> None:
    found = reliability([0.0, 0.1, 0.2, 1.0], [False] * 4)
    assert found is not None
    assert [(b.high, b.accuracy.n) for b in found.bins] == [(0.1, 2), (0.2, 1), (1.0, 1)]


def test_a_confidence_that_is_no_probability_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.2 is not a probability"):
        reliability([1.2], [True])
    assert reliability([], []) is None


def test_what_context_did_to_five_answers() -> None:
    without = [True, True, True, False, False]
    with_context = [True, False, False, True, False]
    found = context_effects(without, with_context, range(5))
    assert found.over_reliance == wilson(2, 3)
    assert found.helped == wilson(1, 2)
    assert found.difference.estimate == pytest.approx(-0.2)
    assert (found.gained, found.lost, found.p_value) == (1, 2, 1.0)


def test_ratios_over_nothing_are_undefined_and_not_zero() -> None:
    found = context_effects([True, True], [True, True], range(2))
    assert (found.over_reliance, found.helped) == (None, None)


def test_repeated_questions_widen_the_over_reliance_ratio_by_the_bootstrap() -> None:
    found = context_effects([True, True, False], [False, False, False], ["a", "a", "b"])
    assert found.over_reliance is not None
    assert (found.over_reliance.n, found.over_reliance.method) == (3, "bootstrap")
    assert found.over_reliance.estimate == pytest.approx(2 / 3)


def test_a_question_printed_six_times_is_one_witness() -> None:
    without, with_context = [True] * 6, [False] * 6
    assert context_effects(without, with_context, range(6)).p_value == 2 / 2**6
    assert context_effects(without, with_context, ["same"] * 6).p_value == 1.0


def test_graded_scores_are_compared_by_randomisation() -> None:
    found = paired_difference([0.0, 0.0, 0.5], [1.0, 1.0, 1.5], range(3))
    assert found.test == "randomisation"
    assert (found.difference.estimate, found.p_value) == (1.0, 2 / 8)
    assert paired_difference([0, 1], [1, 1], range(2)).test == "mcnemar"
    with pytest.raises(ValueError, match="without any question"):
        paired_difference([], [], [])


def test_sets_weigh_alike_however_many_questions_they_have() -> None:
    found = stratified_mean([[1.0, 0.0], [1.0]])
    assert found is not None
    # The first set's mean is 0 in a quarter of the draws, 1 in another; the second set has nothing to vary.
    assert (found.estimate, found.low, found.high, found.n) == (0.75, 0.5, 1.0, 3)
    assert found.method == "stratified bootstrap"
    assert stratified_mean([]) is None


def test_a_difference_over_sets_is_tested_by_its_weighed_changes() -> None:
    first = [[0.0, 0.0, 0.0, 0.0], [0.3]]
    second = [[0.4, 0.4, 0.4, 0.4], [0.0]]
    found = stratified_difference(first, second)
    # Weighed: four times .1 and once -.3, which add up to .1; no pattern of signs gives less in absolute value.
    assert found.difference.estimate == pytest.approx(0.05)
    assert (found.p_value, found.test) == (1.0, "stratified randomisation")
    # Six changes of one sign in two sets of three: 2 of 64 patterns are as extreme.
    assert stratified_difference([[0.0] * 3] * 2, [[0.1] * 3] * 2).p_value == 2 / 64


def test_sets_that_do_not_match_are_no_pair() -> None:
    with pytest.raises(ValueError, match="two runs without any question cannot be compared"):
        stratified_difference([], [])
    with pytest.raises(ValueError, match="shorter"):
        stratified_difference([[1.0, 0.0]], [[1.0]])
    with pytest.raises(ValueError, match="a set without any question has no mean"):
        stratified_mean([[1.0], []])
