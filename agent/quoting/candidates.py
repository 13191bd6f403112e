"""What could be quoted from a passage: its sentences, list items with their lead-in, short lists, table rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.records import Quote
from wardround.corpora.records import Passage
from wardround.corpora.sentences import Span, Unit, quotable_units

SHORT_LIST = 560
"""A list of at most this many characters, lead-in included, is quoted whole: its items belong together."""

LIST_OF_CONDITIONS = 1000
"""So is one of conditions that hold together, which are wrong one by one."""

_CONDITIONS = re.compile(
    r"\b(?:all|both|each|any|one|two|three|\d)(?: or more)? (?:of )?(?:the |these )?"
    r"(?:following|criteria|conditions|these)\b",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"(?:[,;]|\b(?:or|and))\Z", re.IGNORECASE)
_WHEN = re.compile(r"(?:before|during|after) (?P<event>[^:.]{3,40}):", re.IGNORECASE)
_EXCEPTION = re.compile(r"(?:exceptions?|rationale)\b", re.IGNORECASE)
_RULE = re.compile(r"recommendations?\b", re.IGNORECASE)

SHORTEST = 4
"""Words a quotation needs to say anything on its own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible quotation.

    Attributes:
        quotes: one span, or two when a list item is quoted with its lead-in or its rule.
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
    """Every possible quotation of ``passage``, in reading order; words addressed to a model are none.

    What belongs together is quoted together: a short list whole with what introduces it; an item with those below it,
    with the one after it where it is too short to stand alone ("Drug: Hydrocortisone.") or leaves off ("..., OR"), and
    with its opposite ("Before endoscopy: ...", "After endoscopy: ..."); an exception or a rationale with its rule, of
    which it may say the opposite.
    """
    units = quotable_units(passage.text)
    found: list[Candidate] = []
    position = 0
    while position < len(units):
        whole = _short_list(passage, units, position) or _group(passage, units, position)
        if whole is not None:
            candidate, position = whole
            found.append(candidate)
            continue
        unit = units[position]
        if _can_be_quoted(passage, unit):
            found.append(Candidate(passage, _with_lead_in(passage, unit, units), unit.kind))
        position += 1
    return [one for one in found if not speaks_to_a_model(one.text)]


def _short_list(passage: Passage, units: Sequence[Unit], position: int) -> tuple[Candidate, int] | None:
    """The sentence here with the list that it introduces, nested items too, and the position behind it."""
    head = units[position]
    if head.kind != "sentence":
        return None
    end = position + 1
    spans = {Span(head.start, head.end)}
    while end < len(units) and units[end].kind == "item" and units[end].lead_in in spans:
        spans.add(Span(units[end].start, units[end].end))
        end += 1
    most = LIST_OF_CONDITIONS if _CONDITIONS.search(passage.text, head.start, head.end) else SHORT_LIST
    if end == position + 1 or units[end - 1].end - head.start > most:
        return None
    return Candidate(passage, (_quote(passage, head.start, units[end - 1].end),), "list"), end


def _group(passage: Passage, units: Sequence[Unit], position: int) -> tuple[Candidate, int] | None:
    """The unit with those right after it without which it says nothing, and the position behind; None if it stands."""
    unit = units[position]
    end = position + 1
    while end < len(units) and _goes_on(passage, units, position, end):
        end += 1
    if end == position + 1 or units[end - 1].end - unit.start > SHORT_LIST:
        return None
    lead_in = _with_lead_in(passage, unit, units)[:-1]
    return Candidate(passage, (*lead_in, _quote(passage, unit.start, units[end - 1].end)), unit.kind), end


def _goes_on(passage: Passage, units: Sequence[Unit], first: int, position: int) -> bool:
    """Whether the unit at ``position`` belongs to what the one at ``first`` has begun."""
    before, unit = units[position - 1], units[position]
    if before.kind == "sentence":
        return _announces(passage, before) and not _introduces_items(units, position - 1)
    if before.kind != "item" or unit.kind != "item":
        return False
    below = any(Span(one.start, one.end) == unit.lead_in for one in units[first:position])
    siblings = [one for one in units[first:position] if one.lead_in == unit.lead_in]
    return below or any(_asks_for_more(passage, one, unit) for one in siblings[-1:])


def _introduces_items(units: Sequence[Unit], position: int) -> bool:
    head = units[position]
    after = units[position + 1] if position + 1 < len(units) else None
    return after is not None and after.kind == "item" and after.lead_in == Span(head.start, head.end)


def _asks_for_more(passage: Passage, before: Unit, after: Unit) -> bool:
    """Whether the item after it belongs to one that says too little or leaves off, or is its opposite."""
    text, following = (passage.text[one.start : one.end] for one in (before, after))
    if len(text.split()) < SHORTEST or _OPEN_END.search(text):
        return True
    one, other = _WHEN.match(text), _WHEN.match(following)
    return one is not None and other is not None and one["event"].casefold() == other["event"].casefold()


def _announces(passage: Passage, unit: Unit) -> bool:
    """Whether the unit only says that something follows, and so says nothing on its own."""
    return unit.kind in ("sentence", "item") and passage.text[: unit.end].endswith(":")


def _can_be_quoted(passage: Passage, unit: Unit) -> bool:
    text = passage.text[unit.start : unit.end]
    if unit.kind in ("code", "heading") or _announces(passage, unit) or text.endswith("?"):
        return False
    return len(text.split()) >= SHORTEST or (unit.lead_in is not None and unit.kind == "item")


def _with_lead_in(passage: Passage, unit: Unit, units: Sequence[Unit]) -> tuple[Quote, ...]:
    own = _quote(passage, unit.start, unit.end)
    if rule := _rule_of(passage, unit, units):
        return (_quote(passage, rule.start, rule.end), own)
    if unit.kind != "item" or unit.lead_in is None:
        return (own,)
    kinds = {(one.start, one.end): one.kind for one in units}
    if kinds[(unit.lead_in.start, unit.lead_in.end)] == "heading":
        return (own,)
    return (_quote(passage, unit.lead_in.start, unit.lead_in.end), own)


def _rule_of(passage: Passage, unit: Unit, units: Sequence[Unit]) -> Unit | None:
    """Of an exception or a rationale the recommendation above it in its list, else what stands right above it."""
    if unit.kind != "item" or not _EXCEPTION.match(passage.text, unit.start):
        return None
    above = [one for one in units if one.kind == "item" and one.lead_in == unit.lead_in and one.start < unit.start]
    stated = [one for one in above if _RULE.match(passage.text, one.start)]
    return next(reversed(stated or above), None)


def _quote(passage: Passage, start: int, end: int) -> Quote:
    return Quote(passage.id, passage.text[start:end], start, end)
