"""British spellings as American ones, so that an abstract and its other edition are read alike.

Rules, not a list: what they give need not be a word, only the same for both spellings. Whatever would make two words
that mean different things alike ("filled" and "filed", "scoured" and "scored") is left as it is.
"""

from __future__ import annotations

import re

_SHORTEST = 5
_RULES = (
    (re.compile(r"(?<=.)[ao]e(?=[a-z])|^[ao]e(?=[bcdfgmnst])"), "e"),  # haemorrhage, oedema, aetiology
    (re.compile(r"([aeiou].*)our(?=(?:s|ed|ing|al|able|less)?$)"), r"\1or"),  # tumour, behavioural
    (re.compile(r"([tb])re(s?)$"), r"\1er\2"),  # centre, litre, fibre
    (re.compile(r"is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)"), "iz"),  # randomised, stabilisation
    (re.compile(r"lys(?=(?:e|ed|er|ers|ing)$)"), "lyz"),  # analysed, dialysing
    (re.compile(r"sulph"), "sulf"),
)


def american(word: str) -> str:
    """A word in lower case in American spelling; short words are as they were."""
    if len(word) < _SHORTEST or not word.isascii():
        return word
    for pattern, spelling in _RULES:
        word = pattern.sub(spelling, word)
    return word
