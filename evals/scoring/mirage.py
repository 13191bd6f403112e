"""The letter that MIRAGE's official scorer would take, so that its leaderboard can be reproduced.

The behaviour is that of the evaluation script in the repository Teddy-XiongGZ/MIRAGE (arXiv:2402.13178), whose ten
patterns come down to the four rules below: the text after the last opening of the answer field is looked at, for
letters A to D only, and when no rule finds a letter the answer is "A". Never use it to judge a system; use it to
compare with published figures.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ANSWER_FIELD = '"answer_choice": "'

_RULES = (
    ("leading letter", re.compile(r"([A-D])(?:$| or| and|/|,)")),
    ("option named", re.compile(r".*?[Oo]ption ([A-D])", re.DOTALL)),
    ("after a colon", re.compile(r".*?:\s*([A-D])", re.DOTALL)),
    ("leading letter with punctuation", re.compile(r'([A-D])[.":]')),
)
"""Tried in this order, each at the beginning of the text; which rule is first matters, because "B. see option C"
is C for the official scorer."""


class OfficialLetter(NamedTuple):
    """The official scorer's letter; ``rule`` is None when it found none and says "A" all the same."""

    letter: str
    rule: str | None


def mirage_letter(text: str) -> OfficialLetter:
    """The official scorer's reading of one stored generation."""
    said = text.split(_ANSWER_FIELD)[-1].strip()
    for rule, pattern in _RULES:
        if match := pattern.match(said):
            return OfficialLetter(match.group(1), rule)
    return OfficialLetter("A", None)
