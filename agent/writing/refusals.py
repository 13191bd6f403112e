"""Tells statements from phrases that state nothing: refusals, hedges, remarks of the writer about itself."""

from __future__ import annotations

import re

_UNABLE = (
    "sorry|unable|not able|cannot|can't|can not|do not|don't|could not|couldn't"
    "|apologi[sz]e|must decline|have no access"
)
# "Source control should not be delayed" is a claim; so a bare "source" or "text" does not count as ours.
_OURS = (
    r"(?:passages?|excerpts?|(?:provided|given|available|retrieved) (?:sources?|documents?|texts?|context|information))"
)
_SILENT = r"(?:not|n't|nothing|none|insufficient|lacks?|fails? to|silent)"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:i|we)\s*(?:am|'m|are|'re)?\s*(?:{_UNABLE})\b",
        r"\bas an? (?:ai|artificial|language|large)\b",
        rf"\b{_OURS}\b[^.]*(?:\b|(?<=\w)){_SILENT}\b",
        rf"\bno(?:ne of the)? {_OURS}\b",
        r"^\W*there is (?:no|not enough|insufficient) (?:information|context)\b",
        r"^\W*(?:(?:please|always|you should|patients? should|it is (?:important|best|advisable) to)\s+)*"
        r"(?:consult|see|ask|talk to|speak (?:to|with)|contact|seek (?:advice|help) from)\s+(?:with\s+)?"
        r"(?:a|an|your|the)\s+(?:\w+\s+){0,3}(?:doctor|physician|provider|professional|pharmacist|clinician)\b"
        r"[^.\d]{0,60}\W*$",
    )
)


def states_something(text: str) -> bool:
    """Whether ``text`` could be a claim: it has words, and is no refusal, hedge or general advice."""
    if not any(character.isalpha() for character in text):
        return False
    return not any(pattern.search(text) for pattern in _PATTERNS)
