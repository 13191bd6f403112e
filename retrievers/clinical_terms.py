"""Brand names, lay words and abbreviations of a question, with what they mean beside them.

``clinical_terms.tsv`` holds a term a line: its kind, how it is written, what it means, and where it has that meaning.
An abbreviation that means something else in other fields is explained only among words of its own field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import NamedTuple

from wardround.retrievers.definitions import defines

_ABBREVIATION = "abbreviation"
_FIELD = "field"


class Term(NamedTuple):
    """One entry of ``clinical_terms.tsv``.

    Attributes:
        letters: an abbreviation as it is written, None for what is written out.
        folded: how it is written, without regard to capitals; where this is not, the term is not.
        pattern: matches the term as a user may write it.
        among: matches words, one of which must stand in the question beside the term; None where none needs to.
        never_with: matches words with which the term means something else, None where it always means this.
    """

    means: str
    letters: str | None
    folded: str
    pattern: re.Pattern[str]
    among: re.Pattern[str] | None
    never_with: re.Pattern[str] | None


def explain_terms(question: str) -> str:
    """``question`` with the meaning of each known term in brackets after its first use.

    Nothing is replaced, so a wrong guess adds words but loses none. A term is left alone where its meaning already
    stands in the question, where the question itself says what the letters stand for, and where the words around it do
    not show which of its meanings it has.
    """
    explained, folded = question, question.casefold()
    for term in _terms():
        # Most terms are not there, and a pattern takes a hundred times as long to say so.
        found = term.pattern.search(explained) if term.folded in folded else None
        if found and _means_that(term, explained):
            explained = f"{explained[: found.end()]} ({term.means}){explained[found.end() :]}"
            folded = explained.casefold()
    return explained


def terms_fingerprint() -> str:
    """Changes whenever the terms, what they mean, or the words that must stand beside them do."""
    return sha256(_file().encode()).hexdigest()[:16]


def _means_that(term: Term, question: str) -> bool:
    if term.means.casefold() in question.casefold():
        return False
    if term.letters is not None and defines(question, term.letters):
        return False
    around = term.pattern.sub(" ", question)
    if term.never_with is not None and term.never_with.search(around):
        return False
    return term.among is None or term.among.search(around) is not None


@cache
def _terms() -> tuple[Term, ...]:
    rows = [line.split("\t") for line in _file().splitlines() if line and not line.startswith("#")]
    fields = {name: words.split() for kind, name, words in (row[:3] for row in rows) if kind == _FIELD}
    return tuple(_term(*row, fields=fields) for row in rows if row[0] != _FIELD)


def _file() -> str:
    return resources.files(__package__).joinpath("clinical_terms.tsv").read_text("utf-8")


def _term(kind: str, written: str, means: str, where: str = "", *, fields: Mapping[str, list[str]]) -> Term:
    words = where.split()
    among = [one for word in words if not word.startswith("-") for one in _of_field(word, fields)]
    return Term(
        means,
        written if kind == _ABBREVIATION else None,
        written.casefold(),
        re.compile(rf"(?<![\w-]){re.escape(written)}(?![\w-])", 0 if kind == _ABBREVIATION else re.IGNORECASE),
        _any_of(among),
        _any_of(word[1:] for word in words if word.startswith("-")),
    )


def _of_field(word: str, fields: Mapping[str, list[str]]) -> Iterator[str]:
    yield from fields[word[1:]] if word.startswith("@") else [word]


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """Matches words that begin with one of these in any case; one in capitals is a whole word, as it stands."""
    each = [rf"{re.escape(word)}\b" if word.isupper() else rf"(?i:{re.escape(word)})" for word in words]
    return re.compile(rf"\b(?:{'|'.join(each)})") if each else None
