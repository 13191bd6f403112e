"""Which option stands when the model chooses one thing with the evidence and another without it.

Evidence that is off the point draws models away from what they know (the over-reliance of RULE, arXiv:2407.05131), so
the choice by evidence is not simply taken:

1. Both agree, or only one side chose: that choice stands.
2. They differ, and no claim is supported by a passage: the choice without the passages stands.
3. They differ, and a claim is supported: the choice by evidence stands, unless the model was more sure of the other
   one without the passages than it is of this one with them.

Either way the answer shows both. How often the evidence had drawn the model away is the over-reliance ratio, which
``wardround.evals.statistics.context_effects`` computes from the two choices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wardround.agent.records import AnswerOption, Draft, Unaided, VerifiedClaim

Side = Literal["agreement", "evidence", "unaided"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The letter that stands, whose it is, and why; ``reason`` is empty where nothing had to be decided."""

    letter: str | None
    side: Side
    reason: str = ""


def arbitrate(draft: Draft, unaided: Unaided | None, claims: Sequence[VerifiedClaim]) -> Decision:
    """The choice that stands.

    Args:
        draft: with the choice by evidence.
        unaided: the choice without passages; None where none was asked for.
        claims: as verified.
    """
    if unaided is None or unaided.choice is None:
        return Decision(draft.choice, "evidence")
    if draft.choice is None:
        return Decision(unaided.choice, "unaided", "the evidence led to no choice")
    if draft.choice == unaided.choice:
        return Decision(draft.choice, "agreement")
    if not any(claim.verdict == "supported" and claim.quotes for claim in claims):
        return Decision(unaided.choice, "unaided", "no passage supports a claim of the answer")
    sure, surer = dict(draft.probabilities).get(draft.choice), dict(unaided.probabilities).get(unaided.choice)
    if sure is not None and surer is not None and surer > sure:
        return Decision(unaided.choice, "unaided", "the model was more sure of it than it is of the other")
    return Decision(draft.choice, "evidence", "claims that passages support stand behind it")


def told(decision: Decision, draft: Draft, unaided: Unaided | None) -> tuple[str, ...]:
    """The disagreement in one sentence for the reader; nothing where there is none."""
    if unaided is None or decision.side == "agreement" or not decision.reason:
        return ()
    by_evidence = _with_probability(draft.choice, draft.probabilities)
    without = _with_probability(unaided.choice, unaided.probabilities)
    return (
        f"with the passages the model chose {by_evidence}, without them {without}: "
        f"{decision.letter} stands, because {decision.reason}",
    )


def contradicting_claims(
    letter: str | None, options: Sequence[AnswerOption], claims: Sequence[VerifiedClaim]
) -> tuple[str, ...]:
    """A sentence where supported claims name other options and none names the chosen one."""
    if letter is None:
        return ()
    said = " ".join(claim.text for claim in claims if claim.verdict == "supported")
    named = [option.letter for option in options if names(said, option.text)]
    if not named or letter in named:
        return ()
    plural = "options" if len(named) > 1 else "option"
    return (f"the cited claims name {plural} {', '.join(named)} and not {letter}, which was chosen",)


def names(said: str, text: str) -> bool:
    """Whether ``said`` holds ``text`` in any case, and not as a part of longer words."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said, re.IGNORECASE) is not None


def _with_probability(letter: str | None, probabilities: Sequence[tuple[str, float]]) -> str:
    if letter is None:
        return "none"
    known = dict(probabilities).get(letter)
    return letter if known is None else f"{letter} (probability {known:.2f})"
