"""Fits how probable it is that a passage bears on a question: logistic regression, then isotonic calibration."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardround.agent.choosing.relevance_model import RelevanceModel, terms
from wardround.errors import CalibrationError
from wardround.evals.calibration.evidence import Gathered

Floats = NDArray[np.float64]

FOLDS = 5
RIDGE = 10.0
_STEPS = 30
_CONVERGED = 1e-8


def fit_relevance(questions: Sequence[Gathered], seed: int = 0) -> RelevanceModel:
    """The relevance model of these judged questions.

    The calibration is learnt from scores that each fold's passages got from a regression on the other folds, so
    that it corrects what the regression does to questions it has not seen.

    Args:
        questions: at least ``FOLDS``, with relevant passages and others among those offered.
        seed: of the folds.

    Raises:
        CalibrationError: there are too few questions, or every passage is relevant, or none.
    """
    offered = [one for one in questions if one.relevant]
    if len(offered) < FOLDS:
        raise CalibrationError(f"{len(offered)} questions with passages are too few to fit a relevance model on")
    signs = np.concatenate([one.signs for one in offered])
    relevant = np.concatenate([np.array(one.relevant, dtype=np.float64) for one in offered])
    if relevant.min() == relevant.max():
        raise CalibrationError("every passage is relevant, or none: a relevance model cannot be fitted on that")
    of_question = np.random.default_rng(seed).permutation(len(offered)) % FOLDS
    fold = np.repeat(of_question, [len(one.relevant) for one in offered])
    means, spreads = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-6)
    standard = np.column_stack([terms(signs, means.tolist(), spreads.tolist()), np.ones(len(signs))])
    weights = _logistic(standard, relevant, np.zeros(standard.shape[1]))
    held_out = np.zeros(len(signs))
    for number in range(FOLDS):
        apart = fold == number
        # Where it starts does not change where a convex problem ends, and from here it is near.
        held_out[apart] = _probability(standard[apart], _logistic(standard[~apart], relevant[~apart], weights))
    edges, steps = isotonic(held_out, relevant)
    return RelevanceModel(
        means=tuple(means.tolist()),
        spreads=tuple(spreads.tolist()),
        weights=tuple(weights[:-1].tolist()),
        bias=float(weights[-1]),
        edges=edges,
        steps=steps,
    )


def isotonic(scores: Floats, outcomes: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The step function, never falling, that is closest to the outcomes in squares (pool adjacent violators).

    Returns:
        The scores at which a step begins, and the value from there on.
    """
    order = np.argsort(scores, kind="stable")
    starts: list[float] = []
    sums: list[float] = []
    sizes: list[int] = []
    for place in order:
        starts.append(float(scores[place]))
        sums.append(float(outcomes[place]))
        sizes.append(1)
        # Equal scores are one step, too: a function has one value for each.
        while len(sums) > 1 and (sums[-2] * sizes[-1] >= sums[-1] * sizes[-2] or starts[-1] == starts[-2]):
            sums[-2:] = [sums[-2] + sums[-1]]
            sizes[-2:] = [sizes[-2] + sizes[-1]]
            starts.pop()
    return tuple(starts), tuple(total / size for total, size in zip(sums, sizes, strict=True))


def _logistic(standard: Floats, outcomes: Floats, weights: Floats) -> Floats:
    """Ridge logistic regression by Newton's method from ``weights``; the last column, the bias, is not shrunk."""
    penalty = np.diag([*[RIDGE] * (standard.shape[1] - 1), 0.0])
    for _ in range(_STEPS):
        probability = _probability(standard, weights)
        gradient = standard.T @ (probability - outcomes) + penalty @ weights
        spread = standard * np.sqrt(probability * (1 - probability))[:, None]
        curvature = spread.T @ spread + penalty  # of one matrix with itself half is computed
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if float(np.abs(step).max()) < _CONVERGED:
            return weights
    raise CalibrationError("the relevance model did not converge: the judgements separate the passages perfectly")


def _probability(standard: Floats, weights: Floats) -> Floats:
    probability: Floats = 1 / (1 + np.exp(-(standard @ weights)))
    return probability
