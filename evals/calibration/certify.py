"""From the evidence found for judged questions to a certificate, or to the smallest risk that could be certified."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wardround.agent.certificates import Certificate, PerQuestion
from wardround.agent.certified_selecting import reaching
from wardround.agent.choosing.likeness import Likeness
from wardround.agent.choosing.relevance_model import RelevanceModel, expected_shares
from wardround.agent.choosing.signs import MOST
from wardround.agent.pipeline import parts_behind
from wardround.evals.calibration.evidence import Gathered
from wardround.evals.calibration.fixed_k import CANDIDATES, FixedK, choose_fixed_k
from wardround.evals.calibration.p_values import Method, p_value
from wardround.evals.calibration.procedures import Procedure, rejected
from wardround.evals.calibration.relevance import fit_relevance

Loss = Literal["evidence", "answer", "support"]

THRESHOLDS = tuple(round(0.004 * 1.1**step, 6) for step in range(50))
"""Expected shares of the evidence at which a passage becomes worth reading, from those that read nearly all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What shall be proven, of which pipeline, on questions from where.

    Attributes:
        task: as a reader would name it.
        parts: of the pipeline.
        rule_faithful: test and choose as RULE does (arXiv:2407.05131): Bonferroni, the Hoeffding-Bentkus bound
            throughout, and the candidate of smallest risk whatever the loss.
    """

    alpha: float
    delta: float
    task: str
    parts: Mapping[str, str]
    rule_faithful: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A certificate, or None with the smallest ``alpha`` that these questions could certify."""

    certificate: Certificate | None
    smallest_alpha: float


def evidence_losses(questions: Sequence[Gathered]) -> dict[int, list[float]]:
    """By k, whether each question's evidence is missed among the best k passages."""
    return {k: [one.missed(one.first(k)) for one in questions] for k in CANDIDATES}


def certify_fixed_k(questions: Sequence[Gathered], asked: Asked) -> Outcome:
    """The fewest passages that miss the evidence of at most ``alpha`` of the questions."""
    return certify_losses(evidence_losses(questions), asked, "evidence", likeness_of(questions))


def certify_losses(
    losses: Mapping[int, Sequence[float]], asked: Asked, loss: Loss, likeness: Likeness | None = None
) -> Outcome:
    """The certificate of a number of passages from one loss for each question and each candidate.

    More passages never miss more evidence, so the fewest certified are chosen and not those of smallest risk, which
    would always be the most. For the same reason the order of testing, from most to fewest, is known beforehand, every
    k may be tested at full ``delta``, and the next as many questions are promised, too. Of other losses the smallest
    risk is chosen, after Holm's procedure.

    Raises:
        CalibrationError: the losses cannot show anything; see ``choose_fixed_k``.
    """
    falling = loss == "evidence" and not asked.rule_faithful
    procedure: Procedure = "bonferroni" if asked.rule_faithful else "fixed_sequence" if falling else "holm"
    whole = all(one in (0, 1) for row in losses.values() for one in row)
    exactly: Method = "exact_next" if falling else "exact"
    method: Method = exactly if whole and not asked.rule_faithful else "hb"
    found = choose_fixed_k(
        losses,
        alpha=asked.alpha,
        delta=asked.delta,
        procedure=procedure,
        method=method,
        order=sorted(losses, reverse=True) if falling else None,
    )
    k = _fewest(found) if falling else found.chosen
    if k is None:
        return Outcome(None, found.smallest_alpha)
    outcome = next(one for one in found.candidates if one.k == k)
    certificate = Certificate(
        loss=loss,
        k=k,
        candidates=tuple(sorted(losses)),
        alpha=asked.alpha,
        delta=asked.delta,
        risk=outcome.risk,
        p_value=outcome.p_value,
        procedure=procedure,
        method=method,
        questions=found.questions,
        task=asked.task,
        fingerprint=parts_behind(loss, asked.parts),
        likeness=likeness,
    )
    return Outcome(certificate, found.smallest_alpha)


def certify_per_question(questions: Sequence[Gathered], asked: Asked, seed: int = 0) -> Outcome:
    """The threshold that reads least and misses the evidence of at most ``alpha`` of the questions.

    Relevance is fitted on a random half. The thresholds are tested on the other, from the one that reads most on, each
    at full ``delta``, until one fails.
    """
    order = np.random.default_rng(seed).permutation(len(questions))
    half = len(questions) // 2
    relevance = fit_relevance([questions[place] for place in order[:half]], seed)
    tested = [questions[place] for place in order[half:]]
    chosen = choices(relevance, tested)
    losses = losses_of(chosen, tested)
    tests = [p_value(row, asked.alpha, "exact_next") for row in losses]
    passed = rejected(tests, asked.delta, "fixed_sequence", range(len(tests)))
    if not passed:
        fixed = certify_fixed_k(tested, asked)
        return Outcome(None, fixed.smallest_alpha)
    best = max(passed)
    per_question = PerQuestion(
        relevance=relevance,
        threshold=THRESHOLDS[best],
        mean_k=math.fsum(len(places) for places in chosen[best]) / len(tested),
    )
    certificate = Certificate(
        loss="evidence",
        k=MOST,
        candidates=(MOST,),
        alpha=asked.alpha,
        delta=asked.delta,
        risk=math.fsum(losses[best]) / len(tested),
        p_value=tests[best],
        procedure="fixed_sequence",
        method="exact_next",
        questions=len(tested),
        task=asked.task,
        fingerprint=parts_behind("evidence", asked.parts),
        likeness=likeness_of(tested),
        per_question=per_question,
    )
    return Outcome(certificate, asked.alpha)


def choices(relevance: RelevanceModel, questions: Sequence[Gathered]) -> list[list[list[int]]]:
    """For each of ``THRESHOLDS``, the places that each question reads."""
    shares = [expected_shares(relevance.probabilities(one.signs)) for one in questions]
    return [[reaching(threshold, one) for one in shares] for threshold in THRESHOLDS]


def losses_of(chosen: Sequence[Sequence[Sequence[int]]], questions: Sequence[Gathered]) -> list[list[float]]:
    """For each setting, whether each question's evidence is missed among the places that it reads."""
    return [[one.missed(places) for one, places in zip(questions, row, strict=True)] for row in chosen]


def likeness_of(questions: Sequence[Gathered]) -> Likeness:
    """What the questions have in common."""
    return Likeness.of([one.traits for one in questions])


def _fewest(found: FixedK) -> int | None:
    return min((one.k for one in found.candidates if one.certified), default=None)
