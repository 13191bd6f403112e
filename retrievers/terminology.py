"""Terminologies of the user's own as files: JSON Lines, plain or gzipped, in one of two forms.

Concepts, as the Disease Ontology has them: a ``name`` (or ``label``) and ``synonyms``, texts or pairs of a text and its
scope, of which the exact ones count. Every name of a concept stands for every other.

    {"name": "gout", "synonyms": ["podagra", ["urate arthritis", "EXACT"], ["arthritis", "BROAD"]]}

Drugs, as lists made of RxNorm have them: a ``generic`` name and its ``brands``. A brand stands for its generic name,
which is what literature calls it; the generic name stands for no brand.

    {"generic": "warfarin", "brands": ["Coumadin", "Jantoven"]}
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wardround.errors import InputError

_EXACT = "EXACT"


class Concept(NamedTuple):
    """What has several names.

    Attributes:
        names: by which it is recognised.
        adds: the names that are told where another one stands.
    """

    names: tuple[str, ...]
    adds: tuple[str, ...]


def concept(*names: str) -> Concept:
    """A concept of which every name stands for every other, the preferred one first."""
    each = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    return Concept(each, each)


def drug(generic: str, *brands: str) -> Concept:
    """A drug, whose brands stand for its generic name."""
    return Concept(concept(generic, *brands).names, concept(generic).names)


def read_terminologies(paths: Sequence[Path]) -> Iterator[Concept]:
    """The concepts of each file, in their order.

    Raises:
        InputError: a file cannot be read, or a row has another form; says which.
    """
    for path in paths:
        yield from _concepts(path)


def _concepts(path: Path) -> Iterator[Concept]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _concept(json.loads(line), f"{path}:{number}")
    except (OSError, EOFError, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a terminology (JSON Lines with name and synonyms, or generic and brands): "
            f"{error}"
        ) from error


def _concept(row: object, place: str) -> Concept:
    if isinstance(row, Mapping):
        name = row.get("name", row.get("label"))
        if isinstance(name, str):
            return concept(name, *_exact_synonyms(row, place))
        if isinstance(row.get("generic"), str):
            return drug(row["generic"], *_texts(row.get("brands", []), f"{place}: brands are a list of texts"))
    raise InputError(f"{place}: a row of a terminology needs a name (or label) and synonyms, or a generic and brands")


def _exact_synonyms(row: Mapping[str, Any], place: str) -> list[str]:
    complaint = f"{place}: synonyms are a list of texts, or of pairs of a text and its scope"
    found = row.get("synonyms", [])
    pairs = [one if isinstance(one, list) and len(one) == 2 else [one, _EXACT] for one in _list(found, complaint)]
    return _texts([text for text, scope in pairs if scope == _EXACT], complaint)


def _texts(found: object, complaint: str) -> list[str]:
    each = _list(found, complaint)
    if not all(isinstance(one, str) for one in each):
        raise InputError(complaint)
    return each


def _list(found: object, complaint: str) -> list[Any]:
    if not isinstance(found, list):
        raise InputError(complaint)
    return found
