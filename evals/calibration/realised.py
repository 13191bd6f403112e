"""What certificates are worth: how often the risk turns out to be above what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wardround.evals.calibration.certify import choices, evidence_losses, losses_of
from wardround.evals.calibration.evidence import Gathered
from wardround.evals.calibration.p_values import p_value_of, require_losses, require_share
from wardround.evals.calibration.relevance import fit_relevance
from wardround.evals.statistics.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class Realised:
    """What came of many calibrations on random halves of one set of questions.

    Attributes:
        certified: share of the splits in which some setting was certified.
        broken: share of all splits in which the chosen setting misses more than ``alpha`` over the whole set. The set
            is what the calibration questions are drawn from, so this is how often the promise itself is false.
        exceeded: the same over the other half alone: how often whoever counts on new questions finds it broken.
    """

    alpha: float
    certified: float
    broken: Interval
    exceeded: Interval


def settings_in_order(questions: Sequence[Gathered]) -> dict[str, list[list[float]]]:
    """Losses of both choices at each setting, from the one that reads most on.

    The relevance behind the choice per question is fitted on a random third and tried on the others.
    """
    fixed = evidence_losses(questions)
    order = np.random.default_rng(0).permutation(len(questions))
    third = len(questions) // 3
    relevance = fit_relevance([questions[place] for place in order[:third]])
    rest = [questions[place] for place in order[third:]]
    return {
        "fixed k": [fixed[k] for k in sorted(fixed, reverse=True)],
        "per question": losses_of(choices(relevance, rest), rest),
    }


def realised_risk(
    losses: Sequence[Sequence[float]], alpha: float, delta: float, splits: int = 1000, seed: int = 0
) -> Realised:
    """How often the setting that reads least of those certified misses more than promised.

    The settings are tested in their order at full ``delta`` until one fails, as certificates of evidence are.

    Args:
        losses: of evidence, 0 or 1; a row for each setting, from the one that reads most to the one that reads least,
            with one loss for each question.
        alpha: promised.
        delta: share of broken promises that is allowed.
        splits: how many random halves.
        seed: of the splits.
    """
    require_share("delta", delta)
    for row in losses:
        require_losses(row, "exact_next")
    table = np.array(losses, dtype=np.float64)
    total = table.shape[1]
    half = total // 2
    ours = np.zeros((splits, total), dtype=bool)
    ours[:, :half] = True
    np.random.default_rng(seed).permuted(ours, axis=1, out=ours)
    errors = ours.astype(np.float64) @ table.T
    tests = np.array([p_value_of(count, half, alpha, "exact_next") for count in range(half + 1)])
    passed = np.cumprod(tests[errors.astype(int)] <= delta, axis=1).sum(axis=1)
    certified, last = passed > 0, np.maximum(passed - 1, 0)
    elsewhere = (table.sum(axis=1)[last] - errors[np.arange(splits), last]) / (total - half)
    return Realised(
        alpha,
        float(certified.mean()),
        wilson(int((certified & (table.mean(axis=1)[last] > alpha)).sum()), splits),
        wilson(int((certified & (elsewhere > alpha)).sum()), splits),
    )
