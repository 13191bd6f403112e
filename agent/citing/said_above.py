"""What stands above a quotation in its source: of whom and what it speaks, where its own words do not say so."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.retrievers.analysis import analyse

INNERMOST = 2
"""Headings that are looked at: "Dose" or "Indication" says little without the one above it."""
_EDITION = " — "
"""Behind it a title names who published it and when."""


def said_above(quotation: str, heading: Sequence[str]) -> tuple[str, ...]:
    """The headings, outer first, that name what neither ``quotation`` nor a heading further in names.

    "Contraindications include peptic ulcer" is read as speaking of whatever was quoted before, unless "NSAIDs" stands
    with it. So does the outermost where nothing else names half of it: "Severe exacerbation" is of asthma there.
    """
    named = set(analyse(quotation))
    kept: list[str] = []
    for one in reversed(heading[-INNERMOST:]):
        words = set(analyse(one))
        if words - named:
            kept.insert(0, one)
            named |= words
    if len(heading) > INNERMOST:
        words = set(analyse(heading[0].partition(_EDITION)[0]))
        if len(words - named) > len(words) / 2:
            kept.insert(0, heading[0])
    return tuple(kept)
