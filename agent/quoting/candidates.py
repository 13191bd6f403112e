"""What could be quoted from a passage: its sentences, list items with their lead-in, short lists, table rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.records import Quote
from wardround.corpora.records import Passage
from wardround.corpora.sentences import Unit, quotable_units

SHORT_LIST = 560
"""A list of at most this many characters, lead-in included, is quoted whole: its items belong together."""

SHORTEST = 4
"""Words a quotation needs to say anything on its own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible quotation.

    Attributes:
        quotes: one span, or two when a list item is quoted with its lead-in.
        kind: of the unit quoted; ``list`` for a list quoted whole.
    """

    passage: Passage
    quotes: tuple[Quote, ...]
    kind: str

    @property
    def text(self) -> str:
        """The quotation as a statement."""
        return " ".join(quote.text for quote in self.quotes)

    @property
    def in_context(self) -> str:
        """The quotation under its innermost headings, as a reader of the source would see it."""
        return ": ".join([*self.passage.heading[-2:], self.text])


def candidates_of(passage: Passage) -> list[Candidate]:
    """Every possible quotation of ``passage``, in reading order; words addressed to a model are none."""
    units = quotable_units(passage.text)
    found: list[Candidate] = []
    position = 0
    while position < len(units):
        items = _list_introduced_by(units, position)
        if items and items[-1].end - units[position].start <= SHORT_LIST:
            found.append(Candidate(passage, (_quote(passage, units[position].start, items[-1].end),), "list"))
            position += 1 + len(items)
            continue
        unit = units[position]
        if not items and _announces(passage, unit) and position + 1 < len(units):
            found.append(Candidate(passage, (_quote(passage, unit.start, units[position + 1].end),), unit.kind))
            position += 2
            continue
        if _can_be_quoted(passage, unit):
            found.append(Candidate(passage, _with_lead_in(passage, unit, units), unit.kind))
        position += 1
    return [one for one in found if not speaks_to_a_model(one.text)]


def _list_introduced_by(units: Sequence[Unit], position: int) -> list[Unit]:
    """The items right after ``units[position]`` whose lead-in it is, nested ones included."""
    head = units[position]
    if head.kind != "sentence":
        return []
    items: list[Unit] = []
    spans = {(head.start, head.end)}
    for unit in units[position + 1 :]:
        if unit.kind != "item" or unit.lead_in is None or tuple(unit.lead_in) not in spans:
            break
        items.append(unit)
        spans.add((unit.start, unit.end))
    return items


def _announces(passage: Passage, unit: Unit) -> bool:
    """Whether the unit only says that something follows, and so says nothing on its own."""
    return unit.kind == "sentence" and passage.text[: unit.end].endswith(":")


def _can_be_quoted(passage: Passage, unit: Unit) -> bool:
    if unit.kind in ("code", "heading") or _announces(passage, unit):
        return False
    text = passage.text[unit.start : unit.end]
    return len(text.split()) >= SHORTEST or (unit.lead_in is not None and unit.kind == "item")


def _with_lead_in(passage: Passage, unit: Unit, units: Sequence[Unit]) -> tuple[Quote, ...]:
    own = _quote(passage, unit.start, unit.end)
    if unit.kind != "item" or unit.lead_in is None:
        return (own,)
    kinds = {(one.start, one.end): one.kind for one in units}
    if kinds[(unit.lead_in.start, unit.lead_in.end)] == "heading":
        return (own,)
    return (_quote(passage, unit.lead_in.start, unit.lead_in.end), own)


def _quote(passage: Passage, start: int, end: int) -> Quote:
    return Quote(passage.id, passage.text[start:end], start, end)
