"""What a text says, word by word, apart from how it is printed.

Two editions of one text differ in typography, in British and American spelling, and in what publishers put around it:
labels of an abstract's parts, notices of copyright. All else says something, and so do signs: "<7 %" is not ">7 %".
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

from wardround.corpora.american import american

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_PRINTED_OTHERWISE = str.maketrans(
    dict.fromkeys(_DASHES, "-")
    | {"\u00d7": "x", "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)
# Accents, but not the stroke that turns "=" into "is not".
_ACCENT = re.compile(r"[\u0300-\u0337\u0339-\u036f]")
_TWO_SIGNS = {"<=": "≤", ">=": "≥", "+/-": "±"}
_TWO_SIGNS_PATTERN = re.compile(r"<=|>=|\+/-")

_WORD = re.compile(
    r"[^\W\d_]+|\d+(?:,\d{3}(?!\d))*(?:\.\d+)?|(?<!\w)\.\d+"
    r"|[<>≤≥=≠±+%‰~≈↑↓→←?]"
    r"|(?<=\d)[,:/^·](?=\d)|(?<=\d) ?- ?(?=\d)|(?<!\w)-(?=\.?\d)"  # "5-10" is not "5, 10", "-2" not "2"
)

_LABELS = (
    *("Background", "Introduction", "Context", "Importance", "Rationale", "Objective", "Objectives", "Aim", "Aims"),
    *("Purpose", "Purpose of review", "Study design", "Design", "Setting", "Settings", "Method", "Methods"),
    *("Methodology", "Material", "Materials", "Patients", "Participants", "Subjects", "Measurements", "Main outcome"),
    *("Main outcomes", "Outcome measure", "Outcome measures", "Measures", "Result", "Results", "Findings"),
    *("Recent findings", "Conclusion", "Conclusions", "Authors' conclusions", "Reviewer's conclusions"),
    *("Interpretation", "Discussion", "Summary", "Significance", "Unlabelled"),
)
_LABEL_OR = "|".join(sorted(_LABELS, key=len, reverse=True))
_BEGINNING = r"(?:\A|(?<=[.?!:;)\]]\s)|(?<=\n))(?:[•-] )?"
_JOINED = r"\s*(?:,|/|\b(?i:and|of)\b)\s*"
_LABEL = re.compile(
    rf"{_BEGINNING}(?i:{_LABEL_OR})(?:{_JOINED}(?i:{_LABEL_OR}))*\s?[:.](?=\s|\Z)"
    # Without a colon only where capitals tell the label from the sentence.
    rf"|{_BEGINNING}(?:{_LABEL_OR.upper()})(?:{_JOINED}(?:{_LABEL_OR.upper()}))*(?=\s[A-Z][a-z\s])"
)
# Names and the words between them, so that no sentence about patients goes with them.
_NOTICE = re.compile(
    r"(?:(?:(?:Copyright\s*)?©|Copyright)\s*\d{4}"
    r"(?:[\s,.]+(?:[A-Z][\w'-]*|by|of|and|for|the|published|rights|reserved))*"
    r"|\bAll rights reserved|\(?ABSTRACT TRUNCATED(?: AT \d+ WORDS)?\)?)[\s.)]*\Z"
)
_LONGEST_NOTICE = 300


def words(text: str) -> list[str]:
    """The words and signs of ``text`` in reading order and one spelling.

    A number is apart from its unit, and a word from what it is hyphened to.
    """
    return [_spelt(word) for word in _WORD.findall(_unified(text))]


def bare_words(text: str) -> list[str]:
    """The same without labels, notices and "the"."""
    text = _LABEL.sub(" ", _unified(text))
    notice = _NOTICE.search(text, max(0, len(text) - _LONGEST_NOTICE))
    bare = text[: notice.start()] if notice else text
    return [word for word in map(_spelt, _WORD.findall(bare)) if word != "the"]


def _unified(text: str) -> str:
    if "&" in text:
        text = html.unescape(text).replace("&", " and ")
    text = _TWO_SIGNS_PATTERN.sub(lambda match: _TWO_SIGNS[match[0]], text)
    if text.isascii():
        return text
    parted = unicodedata.normalize("NFD", text.translate(_PRINTED_OTHERWISE))
    return unicodedata.normalize("NFC", _ACCENT.sub("", parted))


@lru_cache(maxsize=1 << 16)
def _spelt(word: str) -> str:
    if word[0] == ".":
        return f"0{word}"
    return american(word.casefold()) if word[0].isalpha() else word.replace(",", "" if len(word) > 1 else ",").strip()
