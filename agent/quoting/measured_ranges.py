"""Doses for other values than the patient's: of a table by INR, the row for 1.3 to 1.9 is no dose at an INR of 3.5."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from wardround.agent.citing.doses import gives_dose

_NUMBER = r"\d+(?:\.\d+)?"
_BETWEEN = r"[\s:=]*(?:(?:of|is|was|at|to)\b\s*)?"

_MEASURED = {
    "INR": r"\bINR",
    "stage of kidney disease": r"\b(?:CKD|kidney disease|renal disease)[\s,]*(?:stages?|grades?|G)|\bstages?",
    "eGFR": r"\be?GFR",
    "creatinine clearance": r"\b(?:CrCl|creatinine clearance)",
}
"""What doses are tabulated by, and how it is written right before its value."""

_AT_LEAST, _AT_MOST = r">=|≥|>|at least|above|over", r"<=|≤|<|at most|below|under"
_STATED = (
    rf"(?P<low>{_NUMBER})\s*(?:-|–|to)\s*(?P<high>{_NUMBER})|(?:{_AT_LEAST})\s*(?P<least>{_NUMBER})|"
    rf"(?:{_AT_MOST})\s*(?P<most>{_NUMBER})|(?P<exact>{_NUMBER})"
)
_KIDNEY = re.compile(r"\b(?:CKD|kidney|renal)", re.IGNORECASE)
_PATTERNS = {
    name: re.compile(rf"(?:{written}){_BETWEEN}(?:{_STATED})", re.IGNORECASE) for name, written in _MEASURED.items()
}


class _Range(NamedTuple):
    low: float
    high: float


def is_dose_at_other_values(question: str, text: str) -> bool:
    """Whether ``text`` gives a dose for values of a measurement that leave out the one ``question`` states.

    A text that states several ranges is kept when one of them holds the value; so is one that states none.
    """
    return gives_dose(text) and any(
        (asked := list(_ranges(name, question)))
        and (stated := list(_ranges(name, text)))
        and not any(_overlap(one, other) for one in asked for other in stated)
        for name in _PATTERNS
    )


def _ranges(name: str, text: str) -> Iterator[_Range]:
    if name == "stage of kidney disease" and not _KIDNEY.search(text):
        return  # cancers and ulcers have stages, too
    for found in _PATTERNS[name].finditer(text):
        if found["low"]:
            yield _Range(float(found["low"]), float(found["high"]))
        elif found["least"]:
            yield _Range(float(found["least"]), inf)
        elif found["most"]:
            yield _Range(-inf, float(found["most"]))
        else:
            yield _Range(float(found["exact"]), float(found["exact"]))


def _overlap(one: _Range, other: _Range) -> bool:
    return one.low <= other.high and other.low <= one.high
