"""Choosing how many passages are read, where no calibration applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.records import Evidence, Framed, Selection


@dataclass(frozen=True, slots=True)
class FixedSelector:
    """The best ``k`` passages, uncalibrated; 0 reads none."""

    k: int

    def select(self, framed: Framed, evidence: Sequence[Evidence]) -> Selection:
        """The first ``k`` of ``evidence``, without a certificate."""
        return Selection(tuple(evidence[: self.k]), candidates=len(evidence))
