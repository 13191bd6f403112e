"""NLM's dates of publication, which come in many odd forms, as far as they are certain."""

from __future__ import annotations

import re
from typing import NamedTuple

_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_AFTER_YEAR = re.compile(r"^\D?\s*(?P<month>[A-Za-z]{3})[a-z]*\.?(?:\s+(?P<day>\d{1,2})\b)?")


class PublicationDate(NamedTuple):
    """When something was published.

    Attributes:
        year: the first year named; None when none is.
        date: ``2015``, ``2015-10`` or ``2015-10-29``, no more exact than the source; empty without a year.
        text: the source's own words, such as ``2015 Oct-Dec`` or ``1997 Winter``.
    """

    year: int | None
    date: str
    text: str


UNDATED = PublicationDate(None, "", "")


def structured_date(year: str, month: str = "", day: str = "", season: str = "") -> PublicationDate:
    """The date of separate elements; a month may be a number or an English name, anything else stays text."""
    text = " ".join(part for part in (year, month or season, day) if part)
    found = _YEAR.search(year)
    if not found:
        return PublicationDate(None, "", text)
    return PublicationDate(int(found[1]), _iso(found[1], _month_number(month), day), text)


def free_date(text: str) -> PublicationDate:
    """The first date in words such as ``1998 Dec-1999 Jan``, ``2000 Spring``, ``Summer 2001`` or ``1976-1977``."""
    found = _YEAR.search(text)
    if not found:
        return PublicationDate(None, "", text)
    after = _MONTH_AFTER_YEAR.match(text[found.end() :])
    month = _month_number(after["month"]) if after else 0
    day = (after["day"] or "") if after else ""
    return PublicationDate(int(found[1]), _iso(found[1], month, day), text)


def _iso(year: str, month: int, day: str) -> str:
    if not month:
        return year
    if day.isdecimal() and 1 <= int(day) <= 31:
        return f"{year}-{month:02}-{int(day):02}"
    return f"{year}-{month:02}"


def _month_number(month: str) -> int:
    """1 to 12, or 0 when the text names no single month."""
    if month.isdecimal():
        return int(month) if 1 <= int(month) <= 12 else 0
    start = month[:3].lower()
    return _MONTHS.index(start) + 1 if start in _MONTHS and "-" not in month else 0
