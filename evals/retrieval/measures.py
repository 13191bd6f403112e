"""Measures of a ranking against judgements, as trec_eval computes them.

A passage without a judgement counts as not relevant; relevance 1 and above is relevant. Gains are linear: nDCG takes
the relevance itself and not ``2^relevance - 1``. The measures are computed here and not by a library, because
pytrec-eval brings SciPy (100 MB) for four sums; they equal ir-measures 0.4.3 on SciFact and BioASQ to 1e-12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from wardround.errors import EvaluationError

Kind = Literal["nDCG", "R", "AP", "RR"]
Judgements = Mapping[str, int]
"""Relevance by passage id, of one query."""

_NAME = re.compile(r"(nDCG|R|AP|RR)(?:@([1-9]\d{0,5}))?")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure by its canonical name: ``Measure.named(str(measure)) == measure``.

    Attributes:
        kind: nDCG, R (recall), AP (average precision, whose mean is MAP) or RR (reciprocal rank, whose mean is MRR).
        cutoff: ranks beyond it are ignored; None for the whole ranking.
    """

    kind: Kind
    cutoff: int | None = None

    @classmethod
    def named(cls, name: str) -> Measure:
        """The measure called ``name``, such as ``nDCG@10``, ``R@100``, ``AP`` or ``RR``.

        Raises:
            EvaluationError: there is none.
        """
        match = _NAME.fullmatch(name)
        if match is None or (match[1] == "R" and match[2] is None):
            raise EvaluationError(f"{name!r} is no measure: nDCG@10, R@100, AP and RR are, with any cutoff")
        kind: Kind = match[1]  # type: ignore[assignment]  # the pattern admits these four
        return cls(kind, int(match[2]) if match[2] else None)

    def __str__(self) -> str:
        return self.kind if self.cutoff is None else f"{self.kind}@{self.cutoff}"

    def of(self, ranking: Sequence[str], judgements: Judgements) -> float:
        """The value for one query, between 0 and 1; 0 when nothing is relevant.

        Args:
            ranking: passage ids, best first, each once.
            judgements: of the same query, also of passages that are not in the ranking.
        """
        gains = [max(0, judgements.get(name, 0)) for name in ranking[: self.cutoff]]
        relevant = sum(1 for relevance in judgements.values() if relevance > 0)
        if not relevant:
            return 0.0
        if self.kind == "nDCG":
            ideal = sorted((relevance for relevance in judgements.values() if relevance > 0), reverse=True)
            return _discounted(gains) / _discounted(ideal[: self.cutoff])
        if self.kind == "R":
            return sum(1 for gain in gains if gain) / relevant
        hits = [rank for rank, gain in enumerate(gains, start=1) if gain]
        if self.kind == "RR":
            return 1 / hits[0] if hits else 0.0
        return sum(found / rank for found, rank in enumerate(hits, start=1)) / relevant


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))
