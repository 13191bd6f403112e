"""The number of passages for every question: RULE's choice of k (arXiv:2407.05131), with the guarantee kept true."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardround.errors import CalibrationError
from wardround.evals.calibration.p_values import (
    Method,
    p_value,
    require_losses,
    require_share,
    smallest_true,
    upper_limit,
)
from wardround.evals.calibration.procedures import Procedure, rejected

CANDIDATES = (0, 1, 2, 4, 8, 16, 32)
"""Numbers of passages that are compared; nested prefixes of one ranking (methods 4.2)."""


@dataclass(frozen=True, slots=True)
class CandidateRisk:
    """One number of passages and what the calibration questions say of it.

    Attributes:
        risk: mean loss.
        upper: limit that the risk stays below with confidence ``1 - delta / candidates``.
    """

    k: int
    risk: float
    p_value: float
    upper: float
    certified: bool


@dataclass(frozen=True, slots=True)
class FixedK:
    """The outcome of a calibration.

    Attributes:
        chosen: the certified k of smallest risk, the smallest of equals; None when none is certified.
        smallest_alpha: the smallest risk that could have been certified with these questions.
    """

    alpha: float
    delta: float
    procedure: Procedure
    method: Method
    questions: int
    candidates: tuple[CandidateRisk, ...]
    chosen: int | None
    smallest_alpha: float


def choose_fixed_k(
    losses: Mapping[int, Sequence[float]],
    *,
    alpha: float,
    delta: float,
    procedure: Procedure = "holm",
    method: Method = "exact",
    order: Sequence[int] | None = None,
    required: Sequence[int] = CANDIDATES,
) -> FixedK:
    """The k whose expected loss is at most ``alpha``, with probability at least ``1 - delta`` over the questions.

    Differs from RULE as follows: 0 is a candidate, errors are counted as integers, 0/1 losses are tested exactly,
    and a refused or unreadable answer is a loss of 1.

    Args:
        losses: by k, one loss per question, in the same order of questions for every k.
        alpha: the risk to keep below; there is no default.
        delta: probability with which the statement may be wrong.
        procedure: see ``rejected``.
        method: see ``p_value``.
        order: candidates in testing order, for ``fixed_sequence`` only.
        required: candidates that must be there.

    Raises:
        CalibrationError: a candidate is missing or lacks questions, a loss is none, or there are so few questions
            that even a faultless candidate could not be certified.
    """
    require_share("alpha", alpha)
    require_share("delta", delta)
    questions = _require_complete(losses, required, method)
    ks = sorted(losses)
    positions = None if order is None else [_position(k, ks) for k in order]
    _require_enough(questions, len(ks) if procedure != "fixed_sequence" else 1, alpha, delta)

    def certified_at(level: float) -> frozenset[int]:
        tests = [p_value(losses[k], level, method) for k in ks]
        return rejected(tests, delta, procedure, positions)

    certified = certified_at(alpha)
    outcome = tuple(
        CandidateRisk(
            k,
            math.fsum(losses[k]) / questions,
            p_value(losses[k], alpha, method),
            upper_limit(losses[k], delta / len(ks), method),
            i in certified,
        )
        for i, k in enumerate(ks)
    )
    best = min((one for one in outcome if one.certified), key=lambda one: (one.risk, one.k), default=None)
    smallest = smallest_true(lambda level: bool(certified_at(level)))
    return FixedK(alpha, delta, procedure, method, questions, outcome, best.k if best else None, smallest)


def _require_complete(losses: Mapping[int, Sequence[float]], required: Sequence[int], method: Method) -> int:
    if missing := [k for k in required if k not in losses]:
        raise CalibrationError(
            f"the losses of k = {', '.join(map(str, missing))} are missing; run these candidates too"
        )
    sizes = {len(values) for values in losses.values()}
    if len(sizes) != 1:
        raise CalibrationError(f"the candidates were run on different numbers of questions: {sorted(sizes)}")
    for values in losses.values():
        require_losses(values, method)
    return sizes.pop()


def _require_enough(questions: int, hypotheses: int, alpha: float, delta: float) -> None:
    """Without a single error the exact p-value is ``(1 - alpha) ** n``; more than that nothing can show."""
    needed = math.ceil(math.log(delta / hypotheses) / math.log1p(-alpha))
    if questions < needed:
        raise CalibrationError(
            f"{questions} calibration questions cannot certify alpha {alpha} at delta {delta}: even without any error "
            f"{needed} are needed"
        )


def _position(k: int, ks: Sequence[int]) -> int:
    if k not in ks:
        raise CalibrationError(f"the testing order names k = {k}, which is no candidate")
    return ks.index(k)
