"""What a vector database keeps beside the vectors of a passage: the passage itself, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
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
_BIBLIO_NAMES = frozenset(field.name for field in _BIBLIO_FIELDS)
_BIBLIO_REQUIRED = tuple(
    field.name for field in _BIBLIO_FIELDS if field.default is MISSING and field.default_factory is MISSING
)
# Checked in one loop, because an answer reads hundreds of passages.
_KINDS: tuple[tuple[str, type], ...] = (
    ("id", str),
    ("document_id", str),
    ("corpus", str),
    ("ordinal", int),
    ("heading", list),
    ("text", str),
    ("start", int),
    ("end", int),
    ("biblio", dict),
)
# Filters need these beside the other passage fields, so they are not repeated inside "biblio".
_LIFTED = ("year", "retracted")


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
    for name, kind in _KINDS:
        if not isinstance(values.get(name), kind):
            raise StoreError(_unreadable(values, name, kind))
    return Passage(
        values["id"],
        values["document_id"],
        values["corpus"],
        values["ordinal"],
        tuple(values["heading"]),
        values["text"],
        values["start"],
        values["end"],
        _biblio(values),
        tuple(values.get("same_as", ())),
    )


def _biblio(values: Mapping[str, Any]) -> Biblio:
    known: dict[str, Any] = {name: value for name, value in values["biblio"].items() if name in _BIBLIO_NAMES}
    for name in _LIFTED:
        if name in values:
            known[name] = values[name]
    for name in _BIBLIO_TUPLES & known.keys():
        known[name] = tuple(known[name])
    for name in _BIBLIO_REQUIRED:
        if name not in known:
            raise StoreError(f"passage {values['id']!r} in the index has no {name!r}: rebuild the index")
    known["retracted"] = bool(known.get("retracted", False))
    return Biblio(**known)


def _unreadable(values: Mapping[str, Any], name: str, kind: type) -> str:
    value = values.get(name)
    problem = "is missing" if value is None else f"is {type(value).__name__}, not {kind.__name__}"
    return (
        f"a stored passage cannot be read: field {name!r} {problem} (passage {values.get('id')!r}); "
        "the index is damaged or another program's: rebuild it"
    )
