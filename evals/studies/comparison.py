"""One model on one task, without and with retrieved snippets."""

from __future__ import annotations

from dataclasses import dataclass

from wardround.evals.statistics import ContextEffects, Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """One model on one task, closed-book against 32 snippets.

    Attributes:
        effects: by our reading of the generations.
        official: by the official scorer's.
        p_value: McNemar's, adjusted by Holm over all comparisons of the study.
    """

    task: str
    model: str
    closed_book: Interval
    with_snippets: Interval
    effects: ContextEffects
    official: ContextEffects
    p_value: float

    @property
    def gain_beyond_rag(self) -> Interval:
        """Accuracy of answering closed-book minus accuracy of naive RAG: the difference, seen from the other side."""
        turned = self.effects.difference
        return Interval(-turned.estimate, -turned.high, -turned.low, turned.n, turned.method, turned.confidence)
