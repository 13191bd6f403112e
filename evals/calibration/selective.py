"""When to answer at all: a joint choice of k and of the confidence below which the agent abstains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import Method, p_value, require_losses, require_share
from wardround.evals.calibration.procedures import Procedure, rejected


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one question at one k: how sure the agent was, and what the answer cost."""

    confidence: float
    loss: float


@dataclass(frozen=True, slots=True)
class SelectiveCell:
    """One pair of k and threshold.

    Attributes:
        threshold: questions of at least this confidence are answered.
        answered: how many of the calibration questions.
        coverage: their share.
        risk: mean loss among them; 0 when there are none.
    """

    k: int
    threshold: float
    answered: int
    coverage: float
    risk: float
    p_value: float
    certified: bool


def choose_selective(
    outcomes: Mapping[int, Sequence[Answered]],
    thresholds: Sequence[float],
    *,
    alpha: float,
    delta: float,
    procedure: Procedure = "holm",
    method: Method = "exact",
    order: Sequence[tuple[int, float]] | None = None,
) -> tuple[SelectiveCell | None, tuple[SelectiveCell, ...]]:
    """The certified cell that answers most, and every cell of the grid.

    A certified cell is wrong at most ``alpha`` of the time when it answers, with probability ``1 - delta``: given
    which questions it answers, their losses are a sample of its conditional risk, so the p-values hold with ``n``
    the number answered. Equal coverage is decided by smaller risk, then smaller k.

    Args:
        outcomes: by k, one per question, in the same order of questions.
        thresholds: fixed before the losses were seen.
        alpha: in (0, 1).
        delta: in (0, 1).
        procedure: see ``rejected``.
        method: see ``p_value``.
        order: cells in testing order, for ``fixed_sequence`` only.

    Raises:
        CalibrationError: the grid is empty, or outcomes do not match or are no numbers.
    """
    require_share("alpha", alpha)
    if not outcomes or not thresholds:
        raise CalibrationError("the grid of k and threshold is empty")
    if len({len(values) for values in outcomes.values()}) != 1:
        raise CalibrationError("the candidates were run on different numbers of questions")
    for values in outcomes.values():
        require_losses([one.loss for one in values], method)
        if any(one.confidence != one.confidence for one in values):
            raise CalibrationError("a confidence is not a number")
    pairs = [(k, threshold) for k in sorted(outcomes) for threshold in sorted(set(thresholds))]
    losses = [[one.loss for one in outcomes[k] if one.confidence >= threshold] for k, threshold in pairs]
    # A cell that answers nothing shows nothing.
    tests = [p_value(row, alpha, method) if row else 1.0 for row in losses]
    positions = None if order is None else [_position(cell, pairs) for cell in order]
    passed = rejected(tests, delta, procedure, positions)
    total = len(next(iter(outcomes.values())))
    cells = tuple(
        SelectiveCell(
            k, threshold, len(row), len(row) / total, sum(row) / len(row) if row else 0.0, tests[i], i in passed
        )
        for i, ((k, threshold), row) in enumerate(zip(pairs, losses, strict=True))
    )
    certified = [cell for cell in cells if cell.certified]
    return min(certified, key=lambda cell: (-cell.answered, cell.risk, cell.k), default=None), cells


def _position(cell: tuple[int, float], pairs: Sequence[tuple[int, float]]) -> int:
    if cell not in pairs:
        raise CalibrationError(f"the testing order names {cell}, which is not in the grid")
    return pairs.index(cell)
