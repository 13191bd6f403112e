"""Doses in statements; one of a language model may give them only in the words of a passage that it quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardround.agent.citing.numbers import missing_numbers
from wardround.agent.records import VerifiedClaim

_DOSE = re.compile(
    r"(?<![\w.])\d[\d.,]*(?:\s?(?:-|–|to)\s?\d[\d.,]*)?\s?"
    r"(?:mcg|µg|μg|mg|g|micrograms?|milligrams?|grams?|units?|iu|mL|mmol|mEq|puffs?|tablets?|capsules?|drops?|joules?)"
    r"(?:\s?/\s?(?:kg|m2|m²|min|minute|h|hr|hour|day|dose|d)|\s+per\s+\w+)*(?!\w)",
    re.IGNORECASE,
)
_FILTRATION = re.compile(
    r"\b(?:CrCl|clearance|e?GFR)\b[^.;:\d]{0,16}\d[\d.,]*(?:\s?(?:-|–|to)\s?\d[\d.,]*)?\s?mL/min", re.IGNORECASE
)
LEFT_OUT = "a statement was left out, because it gives a dose that no passage quoted for it gives"
_BLANK = "[dose]"


def gives_dose(text: str) -> bool:
    """Whether ``text`` holds an amount in a unit that medicines are measured in; what kidneys filter is none."""
    return _DOSE.search(_FILTRATION.sub("", text)) is not None


def without_unquoted_doses(claims: Sequence[VerifiedClaim]) -> tuple[tuple[VerifiedClaim, ...], tuple[str, ...]]:
    """The claims whose doses all stand in their own quotes, and a warning for each other one.

    What is quoted from its source keeps its doses; whether a statement without a dose is supported is not asked here.
    """
    kept = tuple(claim for claim in claims if not unquoted_doses(claim))
    return kept, (LEFT_OUT,) * (len(claims) - len(kept))


def unquoted_doses(claim: VerifiedClaim) -> list[str]:
    """The doses of a written claim that none of its quotes holds, as they are written."""
    if claim.origin == "quotation":
        return []
    quoted = "\n".join(quote.text for quote in claim.quotes)
    return [dose for dose in _DOSE.findall(claim.text) if missing_numbers(dose, quoted)]


def without_doses(text: str) -> str:
    """``text`` with every dose blanked, for telling of a statement that is not made."""
    return _DOSE.sub(_BLANK, text)
