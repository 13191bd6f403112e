"""What a vector database keeps beside the vectors of a passage: the passage itself, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from operator import itemgetter
from typing import Any

from wardround.corpora.records import Biblio, Passage
from wardround.errors import StoreError
from wardround.retrievers.filter_terms import TERM_FIELDS, terms_of

DENSE = "dense"
"""Name of the dense vector in every engine."""

SPARSE = "bm25"
"""Name of the sparse vector in every engine."""

SENTENCES = "sentences"
"""Name of the multivector of sentences in every engine that keeps one."""

TERMS = "terms"
"""The payload's field for the words that a record is filtered by, which may be asked for in any case or notation."""

FILTER_FIELDS: Mapping[str, str] = {
    "corpus": "keyword",
    "year": "integer",
    "retracted": "integer",
    **{f"{TERMS}.{field}": "keyword" for field in TERM_FIELDS},
}
"""Payload fields that filters look at, with the kind of index each gets."""

_BIBLIO_TUPLES = frozenset({"authors", "publication_types", "mesh", "corrections"})
_BIBLIO_FIELDS = fields(Biblio)
_BIBLIO_REQUIRED = frozenset(
    field.name for field in _BIBLIO_FIELDS if field.default is MISSING and field.default_factory is MISSING
)
_KINDS: Mapping[str, type] = {
    "id": str,
    "document_id": str,
    "corpus": str,
    "ordinal": int,
    "heading": list,
    "text": str,
    "start": int,
    "end": int,
    "biblio": dict,
}
# All are taken and checked at once: an answer reads hundreds of passages, a batch of questions tens of thousands.
_fields_of = itemgetter(*_KINDS)
_EXPECTED = tuple(_KINDS.values())
# Filters need these beside the other passage fields, so they are not repeated inside "biblio".
_LIFTED = ("year", "retracted")
_BIBLIO_NAMES = frozenset(field.name for field in _BIBLIO_FIELDS if field.name not in _LIFTED)


def to_payload(passage: Passage) -> dict[str, Any]:
    """The passage as JSON values; ``from_payload`` gives an equal passage back.

    ``retracted`` is 0 or 1, because Qdrant Edge 0.9 turns a boolean in a filter into a number, which matches no
    boolean. What the source does not state is left out.
    """
    biblio = {
        field.name: list(value) if isinstance(value, tuple) else value
        for field in _BIBLIO_FIELDS
        if (value := getattr(passage.biblio, field.name)) != field.default
    }
    payload: dict[str, Any] = {
        "id": passage.id,
        "document_id": passage.document_id,
        "corpus": passage.corpus,
        "ordinal": passage.ordinal,
        "heading": list(passage.heading),
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "retracted": int(passage.biblio.retracted),
    }
    if passage.same_as:
        payload["same_as"] = list(passage.same_as)
    biblio.pop("retracted", None)
    payload |= {name: biblio.pop(name) for name in _LIFTED if name in biblio}
    payload["biblio"] = biblio
    if terms := terms_of(passage.biblio):
        payload[TERMS] = terms
    return payload


def from_payload(payload: Mapping[str, Any] | None) -> Passage:
    """The passage that ``to_payload`` wrote; fields of newer versions are ignored.

    Raises:
        StoreError: a field is missing or of another type, so the index is damaged or not ours.
    """
    values = payload or {}
    try:
        found = _fields_of(values)
    except KeyError as error:
        raise StoreError(_unreadable(values)) from error
    if tuple(map(type, found)) != _EXPECTED:
        raise StoreError(_unreadable(values))
    identifier, document_id, corpus, ordinal, heading, text, start, end, biblio = found
    return Passage(
        identifier,
        document_id,
        corpus,
        ordinal,
        tuple(heading),
        text,
        start,
        end,
        _biblio(biblio, values),
        tuple(values.get("same_as", ())),
    )


def _biblio(stored: Mapping[str, Any], values: Mapping[str, Any]) -> Biblio:
    known: dict[str, Any] = {
        name: tuple(value) if name in _BIBLIO_TUPLES else value
        for name, value in stored.items()
        if name in _BIBLIO_NAMES
    }
    if not known.keys() >= _BIBLIO_REQUIRED:
        missing = min(_BIBLIO_REQUIRED - known.keys())
        raise StoreError(f"passage {values['id']!r} in the index has no {missing!r}: rebuild the index")
    return Biblio(**known, year=values.get("year"), retracted=bool(values.get("retracted", False)))


def _unreadable(values: Mapping[str, Any]) -> str:
    name = next(name for name, kind in _KINDS.items() if type(values.get(name)) is not kind)
    value = values.get(name)
    problem = "is missing" if value is None else f"is {type(value).__name__}, not {_KINDS[name].__name__}"
    return (
        f"a stored passage cannot be read: field {name!r} {problem} (passage {values.get('id')!r}); "
        "the index is damaged or another program's: rebuild it"
    )
