"""Conformal risk control: the threshold whose expected loss on a new question is at most alpha (arXiv:2208.02814)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import require_losses, require_share


def controlled_position(losses: Sequence[Sequence[float]], alpha: float) -> int | None:
    """Position of the first setting, from the cheapest on, that keeps the expected loss at ``alpha``.

    With ``n`` questions of mean loss ``R``, the setting is accepted when ``n / (n + 1) * R + 1 / (n + 1) <= alpha``.
    The expectation is over calibration questions and the new one; it holds for exchangeable questions and
    losses that never rise from one setting to the next.

    Args:
        losses: one row per setting, cheapest first, such as ever lower relevance thresholds; a loss per question
            in each, in the same order of questions.
        alpha: in (0, 1).

    Returns:
        None when not even the last setting is good enough.

    Raises:
        CalibrationError: a loss is none, rows differ in length, or a question's loss rises.
    """
    require_share("alpha", alpha)
    if not losses:
        raise CalibrationError("there are no settings to choose from")
    for row in losses:
        require_losses(row, "hb")
        if len(row) != len(losses[0]):
            raise CalibrationError("the settings were run on different numbers of questions")
    for position, (before, after) in enumerate(pairwise(losses), start=1):
        if any(later > earlier for earlier, later in zip(before, after, strict=True)):
            raise CalibrationError(
                f"a loss rises from setting {position} to {position + 1}; conformal risk control needs losses that "
                "never rise, use Learn then Test instead"
            )
    n = len(losses[0])
    for position, row in enumerate(losses):
        if (math.fsum(row) + 1) / (n + 1) <= alpha:
            return position
    return None


def conformal_quantile(scores: Sequence[float], alpha: float) -> float | None:
    """The value that a new score stays at or below with probability at least ``1 - alpha``.

    It is the ``ceil((n + 1)(1 - alpha))``-th smallest of ``n`` scores; None when there are too few for any.
    """
    require_share("alpha", alpha)
    if any(math.isnan(score) for score in scores):
        raise CalibrationError("a score is not a number")
    # Rounding keeps 10 * 0.9 from becoming 9.000000000000002 and so the 10th.
    rank = math.ceil(round((len(scores) + 1) * (1 - alpha), 9))
    return sorted(scores)[rank - 1] if 1 <= rank <= len(scores) else None
