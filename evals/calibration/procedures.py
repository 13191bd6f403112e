"""Which of several hypotheses may be rejected so that all rejections are right with probability 1 - delta."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import require_share
from wardround.evals.statistics.multiplicity import holm as holm_adjusted

Procedure = Literal["holm", "bonferroni", "fixed_sequence"]


def rejected(
    p_values: Sequence[float], delta: float, procedure: Procedure, order: Sequence[int] | None = None
) -> frozenset[int]:
    """Positions of the hypotheses that are rejected with family-wise error at most ``delta``.

    Args:
        p_values: one per hypothesis, each valid.
        delta: in (0, 1).
        procedure: ``holm`` and ``bonferroni`` need nothing else; ``fixed_sequence`` tests in ``order`` at full
            ``delta`` and stops at the first that it cannot reject.
        order: positions, each once, learnt on other data than the p-values.

    Raises:
        CalibrationError: a level is out of range, or the order is missing, superfluous or incomplete.
    """
    require_share("delta", delta)
    if any(not 0 <= one <= 1 for one in p_values):
        raise CalibrationError("a p-value is not in [0, 1]")
    if procedure == "fixed_sequence":
        return _fixed_sequence(p_values, delta, order)
    if order is not None:
        raise CalibrationError(f"an order has no meaning for the procedure {procedure}")
    if procedure == "bonferroni":
        return frozenset(i for i, one in enumerate(p_values) if one <= delta / len(p_values))
    return frozenset(i for i, one in enumerate(holm_adjusted(p_values)) if one <= delta)


def _fixed_sequence(p_values: Sequence[float], delta: float, order: Sequence[int] | None) -> frozenset[int]:
    if order is None or sorted(order) != list(range(len(p_values))):
        raise CalibrationError(
            "fixed_sequence needs an order, learnt on other questions, that names every candidate once"
        )
    passed: list[int] = []
    for position in order:
        if p_values[position] > delta:
            break
        passed.append(position)
    return frozenset(passed)
