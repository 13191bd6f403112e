"""Brand names, lay words and abbreviations of a question, with what they mean beside them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple


class Term(NamedTuple):
    """One entry of ``terms.tsv``; the pattern matches the word as a user may write it."""

    means: str
    pattern: re.Pattern[str]


def explain_terms(question: str) -> str:
    """``question`` with the meaning of each known term in brackets after its first use.

    Nothing is replaced, so a wrong guess adds words but loses none; a term whose meaning already stands in
    the question is left alone.
    """
    explained = question
    for term in _terms():
        found = term.pattern.search(explained)
        if found and term.means.casefold() not in explained.casefold():
            explained = f"{explained[: found.end()]} ({term.means}){explained[found.end() :]}"
    return explained


@cache
def _terms() -> tuple[Term, ...]:
    text = resources.files(__package__).joinpath("terms.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(Term(means, _pattern(kind, written)) for kind, written, means in rows)


def _pattern(kind: str, written: str) -> re.Pattern[str]:
    flags = 0 if kind == "abbreviation" else re.IGNORECASE
    return re.compile(rf"(?<![\w-]){re.escape(written)}(?![\w-])", flags)
