"""Separation of two classes, by hand-computed values."""

import pytest

from wardround.evals.statistics.auroc import auroc, clustered_auroc


def test_perfect_reversed_and_tied_separation() -> None:
    assert auroc([0.1, 0.2, 0.8, 0.9], [False, False, True, True]) == 1.0
    assert auroc([0.9, 0.8, 0.2, 0.1], [False, False, True, True]) == 0.0
    assert auroc([1.0, 1.0, 1.0], [True, False, False]) == 0.5
    # Of the four pairs, 0.5 > 0.1, 0.5 = 0.5 (half), 0.9 > 0.1, 0.9 > 0.5.
    assert auroc([0.1, 0.5, 0.5, 0.9], [False, False, True, True]) == 3.5 / 4


def test_one_class_alone_has_no_auroc() -> None:
    with pytest.raises(ValueError, match="needs both classes"):
        auroc([1.0, 2.0], [True, True])
    with pytest.raises(ValueError, match="2 scores and 1 labels"):
        auroc([1.0, 2.0], [True])


def test_the_interval_holds_the_estimate_and_is_reproducible() -> None:
    scores = [i % 7 / 7 + (i % 3 == 0) * 0.3 for i in range(120)]
    labels = [i % 3 == 0 for i in range(120)]
    clusters = [i // 6 for i in range(120)]
    one = clustered_auroc(scores, labels, clusters, resamples=100)
    assert one.low <= one.estimate <= one.high
    assert one == clustered_auroc(scores, labels, clusters, resamples=100)
