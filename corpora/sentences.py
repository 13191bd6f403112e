"""A text cut into the units that may be quoted: sentences, list items, table rows, lines of a tree.

Reads the plain-text form of ``wardround.corpora.layout``. Every unit is a span of the text it came
from, so a quotation is always the source's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from wardround.corpora.layout import PREFORMATTED_MARK, ROW_MARK
from wardround.corpora.sentence_ends import sentence_spans

UnitKind = Literal["sentence", "item", "row", "code", "heading"]

LONG_ITEM = 400
"""List items of more characters are cut into their sentences."""
LONGEST_UNIT = 2000
"""Nothing longer is one sentence; it is cut at white space, so that no unit is boundless."""
_HEADING_WORDS = 14

_ITEM_MARK = re.compile(r"(?P<indent> *)(?:-|\d{1,3}\.) +(?=\S)")
_BLANKS = re.compile(r"\s*")
_ENDS_PROSE = re.compile(r"[.!?:;,…][\"'”’)\]]*$")


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of a text, the end excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What can be quoted on its own: ``text[start:end]``, without list or row marks.

    Attributes:
        kind: ``code`` is a line of preformatted text and a poor quotation; ``heading`` is a short
            line of its own that titles what follows.
        lead_in: the line that introduces the list or rows this unit belongs to, without which it may
            be misread ("Vasopressors to maintain MAP of 65 mmHg" of whom?); for a nested item, the
            item above it. Always the span of an earlier unit.
    """

    start: int
    end: int
    kind: UnitKind
    lead_in: Span | None = None


class _Line(NamedTuple):
    kind: UnitKind
    indent: int
    start: int
    end: int


def quotable_units(text: str) -> tuple[Unit, ...]:
    """The units of ``text`` in reading order; together they cover it but for blanks and marks."""
    lines = _lines(text)
    units: list[Unit] = []
    lead_in: Span | None = None
    parents: list[tuple[int, Span]] = []
    for position, line in enumerate(lines):
        if line.kind in ("sentence", "item"):
            while parents and parents[-1][0] >= line.indent:
                parents.pop()
        else:
            parents.clear()
        introduction = parents[-1][1] if parents else lead_in
        kind = line.kind
        if kind == "sentence" and not parents:
            introduction = None
            kind = "heading" if _is_heading(text, lines, position) else "sentence"
        new = _units_of_line(text, line, kind, introduction)
        units += new
        last = new[-1]
        if line.kind == "item":
            parents.append((line.indent, Span(new[0].start, new[0].end)))
        elif line.kind == "sentence" and not parents:
            introduces = kind == "heading" or text[last.start : last.end].endswith(":")
            lead_in = Span(last.start, last.end) if introduces else None
    return tuple(units)


def _lines(text: str) -> list[_Line]:
    lines = []
    start = 0
    for raw in text.splitlines(keepends=True):
        if raw.strip():
            lines.append(_line(text, start, start + len(raw.rstrip())))
        start += len(raw)
    return lines


def _line(text: str, start: int, end: int) -> _Line:
    if text.startswith(PREFORMATTED_MARK, start):
        return _Line("code", 0, _after_blanks(text, start), end)
    if text.startswith(ROW_MARK, start) and end > start + len(ROW_MARK):
        return _Line("row", 0, _after_blanks(text, start + len(ROW_MARK)), end)
    mark = _ITEM_MARK.match(text, start, end)
    if mark:
        return _Line("item", len(mark["indent"]), mark.end(), end)
    first = _after_blanks(text, start)
    return _Line("sentence", first - start, first, end)


def _after_blanks(text: str, position: int) -> int:
    found = _BLANKS.match(text, position)
    return found.end() if found else position


def _is_heading(text: str, lines: list[_Line], position: int) -> bool:
    """Whether a line of prose titles the lines after it: short, not ended like a sentence, not the last."""
    line = lines[position]
    words = text[line.start : line.end]
    if position + 1 == len(lines) or _ENDS_PROSE.search(words):
        return False
    if len(words.split()) > _HEADING_WORDS or not (words[0].isupper() or words[0].isdigit()):
        return False
    return sum(1 for _ in sentence_spans(text, line.start, line.end)) == 1


def _units_of_line(text: str, line: _Line, kind: UnitKind, lead_in: Span | None) -> list[Unit]:
    splits = kind == "sentence" or (kind == "item" and line.end - line.start > LONG_ITEM)
    spans = sentence_spans(text, line.start, line.end) if splits else [(line.start, line.end)]
    parts = [part for span in spans for part in _bounded(text, Span(*span))]
    # The later sentences of a long item are about what its first sentence names.
    follows = parts[0] if kind == "item" else lead_in
    return [Unit(*parts[0], kind, lead_in), *[Unit(*part, kind, follows) for part in parts[1:]]]


def _bounded(text: str, span: Span) -> list[Span]:
    parts = []
    start, end = span
    while end - start > LONGEST_UNIT:
        blank = text.rfind(" ", start + 1, start + LONGEST_UNIT)
        cut = blank if blank > start else start + LONGEST_UNIT
        parts.append(Span(start, start + len(text[start:cut].rstrip())))
        start = _after_blanks(text, cut)
    return [*parts, Span(start, end)]
