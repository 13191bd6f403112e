"""Where sentences end in clinical prose, which is full of points that end nothing."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

# A stop, what may close after it (quotes, brackets, reference marks), and the blank before the next sentence.
_STOP = re.compile(
    r"(?<![.!?…])(?P<mark>[.!?…]+)(?P<closers>[\"'”’»)\]]*(?:\[\d[\d,–\- ]*\])*[⁰¹²³⁴-⁹,⁻]*)(?P<blank>\s+)(?=\S)"
)
_TOKEN_BEFORE = re.compile(r"[^\s(\[\"'“‘]+$")
_DOTTED = re.compile(r"^(?:[^\W\d_]\.)+[^\W\d_]$")
_STARTS_SENTENCE = re.compile(r"[\"'“‘(\[«¿¡]*(?:[A-ZÀ-ÞΑ-Ω]|\d|[a-z]{1,2}[A-Z]|[≥≤<>~±])")

# Compared with their case: "QTc over 500 ms." and "transferred to the ED." do end sentences.
_NEVER_LAST = frozenset(
    {
        *("e.g", "i.e", "E.g", "I.e", "eg", "ie", "vs", "Vs", "cf", "Cf", "viz", "al", "approx", "Approx"),
        *("resp", "incl", "esp", "spp", "sp", "subsp", "var", "ca", "fig", "figs", "Fig", "Figs", "Tab"),
        *("Eq", "Eqs", "ref", "refs", "Ref", "Refs", "Dr", "Drs", "Prof", "Mr", "Mrs", "Ms", "St", "Jr"),
        *("Sr", "Inc", "Ltd", "Co", "Corp", "Dept", "Univ", "Ph.D", "M.D", "Eds"),
    }
)
_NOT_BEFORE_NUMBER = frozenset(
    {
        *("no", "nos", "nr", "max", "min", "vol", "p", "pp", "ch", "sec", "art", "para"),
    }
)
# Words after which a single capital letter is a name of its own and may end a sentence ("hepatitis B.").
_LETTER_NAMES = frozenset(
    {
        *("hepatitis", "vitamin", "vitamins", "influenza", "type", "group", "groups", "class", "grade", "stage"),
        *("category", "factor", "immunoglobulin", "protein", "apolipoprotein", "part", "panel", "arm", "option"),
        *("level", "appendix", "schedule", "child-pugh", "and", "or"),
    }
)
_LONGEST_PARENTHESIS = 300
_LONGEST_TOKEN = 40
_PARENTHESIS = re.compile(r"[()\[\]]")


def sentence_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of ``text[start:end]``, which must begin and end with something visible.

    A point does not end a sentence after an abbreviation ("e.g.", "vs.", "Fig. 2"), an initial, inside
    a parenthesis or bracket, or when no capital, number or sign follows.
    """
    parentheses = deque(_parentheses(text, start, end))
    first = start
    for stop in _STOP.finditer(text, start, end):
        while parentheses and parentheses[0][1] <= stop.start():
            parentheses.popleft()
        inside = bool(parentheses) and parentheses[0][0] < stop.start()
        if not inside and _ends_sentence(text, first, stop):
            yield first, stop.start("blank")
            first = stop.end("blank")
    yield first, end


def _ends_sentence(text: str, first: int, stop: re.Match[str]) -> bool:
    following = stop.end("blank")
    if not _STARTS_SENTENCE.match(text, following):
        return False
    if stop["mark"] != ".":
        return True
    found = _TOKEN_BEFORE.search(text, max(first, stop.start() - _LONGEST_TOKEN), stop.start())
    if not found:
        return True
    token = found[0]
    if token in _NEVER_LAST or (text[following].isdigit() and token.lower() in _NOT_BEFORE_NUMBER):
        return False
    if token.isdigit() and found.start() == first:
        return False  # "1. Give oxygen": a number that counts, not a sentence
    if _DOTTED.match(token):
        # "given i.v. Then" ends a sentence; "U.S. Food and Drug Administration" does not.
        return token[0].islower()
    if len(token) == 1 and token.isupper():
        return _last_word(text, first, found.start()) in _LETTER_NAMES
    return True


def _last_word(text: str, first: int, end: int) -> str:
    words = text[max(first, end - 40) : end].split()
    return words[-1].lower() if words else ""


def _parentheses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of outermost closed parentheses and brackets of a reasonable length, in order."""
    open_at: list[int] = []
    closed: list[tuple[int, int]] = []
    for found in _PARENTHESIS.finditer(text, start, end):
        if found[0] in "([":
            open_at.append(found.start())
        elif open_at:
            opened = open_at.pop()
            if found.end() - opened <= _LONGEST_PARENTHESIS:
                while closed and closed[-1][0] > opened:
                    closed.pop()
                closed.append((opened, found.end()))
    return closed
