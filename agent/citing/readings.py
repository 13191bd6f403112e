"""What a judge that gives probabilities says, and the verdict that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from wardround.agent.records import Verdict


@dataclass(frozen=True, slots=True)
class Reading:
    """Probabilities that a passage supports, partly supports, contradicts or does not mention a claim; sum 1."""

    supported: float
    partly: float
    contradicted: float
    not_found: float

    @property
    def verdict(self) -> Verdict:
        """The likeliest; of equals the more cautious, so that a tie never lets a claim stand."""
        ranked: tuple[tuple[float, Verdict], ...] = (
            (self.not_found, "not_found"),
            (self.contradicted, "contradicted"),
            (self.partly, "partly"),
            (self.supported, "supported"),
        )
        return max(ranked, key=lambda pair: pair[0])[1]
