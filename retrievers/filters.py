"""Filters as users write them, ``year>=2018 mesh=Sepsis``, and as they are told; one grammar for every surface."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from wardround.corpora.evidence_levels import LADDER
from wardround.corpora.languages import language_code
from wardround.errors import InputError
from wardround.retrievers.protocols import Where

TYPES = {
    "rct": ("Randomized Controlled Trial",),
    "trial": ("Clinical Trial", "Randomized Controlled Trial", "Controlled Clinical Trial"),
    "meta-analysis": ("Meta-Analysis",),
    "systematic-review": ("Systematic Review", "Meta-Analysis"),
    "review": ("Review", "Systematic Review"),
    "guideline": ("Guideline", "Practice Guideline"),
    "case-report": ("Case Reports",),
}
"""Short words for publication types as PubMed writes them; any other type is taken as it is typed."""

WORDS = {
    "corpus": "corpora",
    "year_from": "year_from",
    "year_to": "year_to",
    "type": "publication_types",
    "journal": "journals",
    "language": "languages",
    "mesh": "mesh",
    "evidence": "evidence",
    "retracted": "retracted",
}
"""What can be filtered by, as it is typed, and the field of ``Where`` that it stands for."""

USAGE = (
    "year>=2018, year<=2020, year=2019, type=rct, evidence=guideline, mesh=Sepsis, journal=NAME, language=eng, "
    "corpus=NAME, retracted=no"
)

_FIELDS = WORDS | {field.name: field.name for field in fields(Where)}
_PART = re.compile(r"([\w-]+)\s*(>=|<=|=|>|<)\s*(\S.*)", re.DOTALL)
_SEVERAL = ("corpora", "publication_types", "languages", "evidence")
_TRUTH = {"yes": True, "true": True, "no": False, "false": False}
_LEVELS = {word: level.name for level in LADDER for word in (level.word, level.name)}


def parsed_filter(parts: Iterable[str]) -> Where:
    """The filter of parts such as ``year>=2018``, ``type=rct`` and ``mesh=Low Back Pain/therapy``.

    A field that is named several times admits any of its values; different fields must all be fulfilled. Corpora,
    types, languages and levels may be joined by commas without spaces; headings and journals have commas of their own.

    Raises:
        InputError: a part is not understood, or names an unknown field or value; says what there is.
    """
    given: dict[str, Any] = {}
    for part in parts:
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise InputError(f"{part!r} is no filter: write parts such as {USAGE}")
        name, sign, value = found[1].lower(), found[2], " ".join(found[3].split())
        if name == "year":
            given |= _years(sign, _year(value))
            continue
        if sign != "=":
            raise InputError(f"{part!r} is no filter: only years have {sign}, write {name}=")
        field = _field(name)
        if field in ("year_from", "year_to"):
            given[field] = _year(value)
        elif field == "retracted":
            if value.lower() not in _TRUTH:
                raise InputError(f"retracted={value}: write yes or no")
            given[field] = _TRUTH[value.lower()]
        else:
            given[field] = [*given.get(field, ()), *_values(field, value)]
    return where_of(given)


def where_of(restrictions: Mapping[str, object]) -> Where:
    """The filter that names and values from a program stand for, such as ``{"year_from": 2015, "mesh": ["Sepsis"]}``.

    Names are those of ``Where`` or of ``WORDS``.

    Raises:
        InputError: a field is unknown, or its value of another type or none that there is; says which there are.
    """
    given: dict[str, Any] = {}
    for name, value in restrictions.items():
        if _field(name) in given:
            raise InputError(f"filter {name} is given twice, under two names: keep one")
        given[_field(name)] = _checked(name, value)
    where = Where(**given)
    if where.year_from is not None and where.year_to is not None and where.year_from > where.year_to:
        raise InputError(f"no year is from {where.year_from} on and until {where.year_to}: turn the two round")
    return where


def told(where: Where) -> str:
    """The restriction in words, ``everything`` for none."""
    years = [f"from {where.year_from}" if where.year_from else "", f"until {where.year_to}" if where.year_to else ""]
    parts = [
        _any_of("corpus", where.corpora),
        f"published {' '.join(filter(None, years))}" if any(years) else "",
        _any_of("type", where.publication_types),
        _any_of("evidence", where.evidence),
        _any_of("journal", where.journals),
        _any_of("language", where.languages),
        _any_of("MeSH", where.mesh),
        {None: "", True: "retracted only", False: "not retracted"}[where.retracted],
        _any_of("passage", where.passage_ids),
    ]
    return "; ".join(filter(None, parts)) or "everything"


def _any_of(name: str, values: tuple[str, ...]) -> str:
    return f"{name} {' or '.join(values)}" if values else ""


def _field(name: str) -> str:
    if name not in _FIELDS:
        close = get_close_matches(name, _FIELDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(WORDS)}"
        raise InputError(f"there is no filter {name!r}: {hint}")
    return _FIELDS[name]


def _years(sign: str, year: int) -> dict[str, int]:
    first = {"year_from": year + (sign == ">")} if sign in (">=", ">", "=") else {}
    last = {"year_to": year - (sign == "<")} if sign in ("<=", "<", "=") else {}
    return first | last


def _year(value: str) -> int:
    if not re.fullmatch(r"[0-9]{4}", value):
        raise InputError(f"{value!r} is no year: write four digits, as in year>=2018")
    return int(value)


def _values(field: str, value: str) -> list[str]:
    # "Clinical Trial, Phase II" is one type.
    single = [one for one in re.split(r",(?!\s)", value) if one] if field in _SEVERAL else [value]
    if field != "publication_types":
        return single
    return list(dict.fromkeys(name for one in single for name in TYPES.get(one.lower(), (one,))))


def _checked(name: str, value: object) -> Any:
    field = _field(name)
    if field in ("year_from", "year_to"):
        if value is not None and (type(value) is not int or not 0 < value < 10_000):
            raise InputError(f"filter {name} is {value!r}: it must be a year")
        return value
    if field == "retracted":
        if value is not None and type(value) is not bool:
            raise InputError(f"filter {name} is {value!r}: it must be true or false")
        return value
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) and one.strip() for one in given):
        raise InputError(f"filter {name} is {value!r}: it must be one text or a list of them")
    meant = {"evidence": _level, "languages": _language}.get(field, str)
    return tuple(dict.fromkeys(map(meant, given)))


def _level(word: str) -> str:
    level = _LEVELS.get(" ".join(word.lower().split()))
    if level is None:
        words = ", ".join(one.word for one in LADDER)
        raise InputError(f"there is no level of evidence {word!r}: there are {words}")
    return level


def _language(name: str) -> str:
    code = language_code(name)
    if not re.fullmatch(r"[a-z]{3}", code):
        raise InputError(f"{name!r} is no language: write NLM's three letters, such as eng, or its English name")
    return code
