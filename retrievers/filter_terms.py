"""The words that a record is filtered by, alike for every store, in whatever case or notation they are asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from wardround.corpora.evidence_levels import evidence_level
from wardround.corpora.languages import language_code
from wardround.corpora.mesh import names, unstarred
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import EVERYWHERE, Where

# NLM tells journals of one name apart by their place: "BMJ (Clinical research ed.)", "Lancet (London, England)".
_PLACE = re.compile(r" \([^()]*\)$")


def folded(text: str) -> str:
    """In lower case with single spaces."""
    return " ".join(text.casefold().split())


def _of_journal(biblio: Biblio) -> set[str]:
    if not biblio.journal:
        return set()
    name = _journal(biblio.journal)
    return {name, _PLACE.sub("", name)}


def _of_evidence(biblio: Biblio) -> set[str]:
    level = evidence_level(biblio.publication_types, biblio.mesh)
    return set() if level is None else {level}


_OF_RECORD: Mapping[str, Callable[[Biblio], set[str]]] = {
    "publication_types": lambda biblio: {folded(one) for one in biblio.publication_types},
    "journal": _of_journal,
    "language": lambda biblio: {language_code(biblio.language)} if biblio.language else set(),
    "mesh": lambda biblio: {folded(one) for one in names(biblio.mesh)},
    "evidence": _of_evidence,
}
TERM_FIELDS = tuple(_OF_RECORD)
"""What has words to be filtered by; corpora, years and retraction are compared as they are."""


def terms_of(biblio: Biblio) -> dict[str, list[str]]:
    """What stores keep of a record to filter by, by field, in order; fields without a word are left out."""
    found = ((field, sorted(of(biblio))) for field, of in _OF_RECORD.items())
    return {field: terms for field, terms in found if terms}


def asked_terms(where: Where) -> dict[str, list[str]]:
    """The words of which a record must have one, by field; only of fields that ``where`` restricts."""
    asked = {
        "publication_types": [folded(one) for one in where.publication_types],
        "journal": [_journal(one) for one in where.journals],
        "language": [language_code(one) for one in where.languages],
        "mesh": [folded(unstarred(one)) for one in where.mesh],
        "evidence": [folded(one) for one in where.evidence],
    }
    return {field: terms for field, terms in asked.items() if terms}


def admits(where: Where, passage: Passage) -> bool:
    """True when ``passage`` fulfils every restriction of ``where``."""
    if where == EVERYWHERE:
        return True
    biblio = passage.biblio
    return (
        (not where.corpora or passage.corpus in where.corpora)
        and _within(biblio.year, where.year_from, where.year_to)
        and (where.retracted is None or where.retracted == biblio.retracted)
        and (not where.passage_ids or passage.id in where.passage_ids)
        and all(not _OF_RECORD[field](biblio).isdisjoint(terms) for field, terms in asked_terms(where).items())
    )


def _journal(name: str) -> str:
    return folded(name).removeprefix("the ").rstrip(".")


def _within(year: int | None, first: int | None, last: int | None) -> bool:
    if first is None and last is None:
        return True
    return year is not None and (first is None or first <= year) and (last is None or year <= last)
