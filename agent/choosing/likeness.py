"""Whether a question resembles those that a certificate was calibrated on.

A certificate speaks of questions drawn like its own. Nobody can prove that of a single question, but one that lies
outside of what nearly all calibration questions looked like is no such question: it is longer or shorter than they
were, its best passage is farther off, or it comes with options. The limits are the 1 % and 99 % quantiles of the
calibration questions, so about one in fifty of its own kind is turned away needlessly for each trait.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from wardround.agent.records import Framed
from wardround.retrievers.analysis import analyse

TAIL = 0.01


class Likeness(BaseModel):
    """The limits between which each trait of nearly all calibration questions lay, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    limits: dict[str, tuple[float, float]]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if any(low > high for low, high in self.limits.values()):
            raise ValueError("a limit of likeness is above its upper limit")
        return self

    @classmethod
    def of(cls, traits: Sequence[Mapping[str, float]]) -> Likeness:
        """What these questions have in common.

        Args:
            traits: of each calibration question, all with the same names; at least one.
        """
        columns = {name: sorted(one[name] for one in traits) for name in traits[0]}
        last = len(traits) - 1
        low, high = int(TAIL * last), last - int(TAIL * last)
        return cls(limits={name: (values[low], values[high]) for name, values in columns.items()})

    def unlike(self, traits: Mapping[str, float]) -> tuple[str, ...]:
        """The traits by which a question falls outside; empty when it resembles the others."""
        return tuple(
            name for name, (low, high) in self.limits.items() if name not in traits or not low <= traits[name] <= high
        )


def traits_of(framed: Framed, best_cosine: float) -> dict[str, float]:
    """What is compared: the number of content words, the cosine of the best passage, and the number of options."""
    return {
        "length": float(len(analyse(framed.question))),
        "nearness of the best passage": best_cosine,
        "options": float(len(framed.options)),
    }
