"""How far the words of a claim are borne out by the units of one passage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wardround.corpora.records import Passage
from wardround.corpora.sentences import Unit, quotable_units
from wardround.retrievers.analysis import analyse

_NUMERIC = re.compile(r"^[\d.]+$")
# Title, headings and the line above a list say what a unit is about, but do not state it.
_CONTEXT_WEIGHT = 0.5
_WORTH_ADDING = 0.2
_MOST_UNITS = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring or single units of a passage as one span, and the share of the claim's words they hold."""

    start: int
    end: int
    coverage: float


def best_stretches(claim: str, passage: Passage) -> tuple[Stretch, ...]:
    """The units of ``passage`` that hold most of the claim's words: one, or two that complete each other.

    ``coverage`` of each is the joint share, from 0 to 1, up to and including it. Empty when no unit shares a
    word with the claim.
    """
    wanted = content_terms(claim)
    if not wanted:
        return ()
    context = _terms(" ".join((passage.biblio.title, *passage.heading)))
    units = [unit for unit in _units(passage.text) if unit.kind != "heading"]
    chosen: list[Stretch] = []
    held: frozenset[str] = frozenset()
    about: frozenset[str] = context
    before = 0.0
    for _ in range(_MOST_UNITS):
        best = _best(passage.text, units, wanted, held, about)
        if best is None or best.coverage < before + (_WORTH_ADDING if chosen else 1e-9):
            break
        unit = best.unit
        held |= _terms(passage.text[unit.start : unit.end])
        about |= _lead_in_terms(passage.text, unit)
        chosen.append(Stretch(unit.start, unit.end, best.coverage))
        before = best.coverage
        units.remove(unit)
    return tuple(chosen)


def content_terms(text: str) -> frozenset[str]:
    """The words of ``text`` that carry its meaning; numbers are judged apart, with their units."""
    return frozenset(term for term in _terms(text) if not _NUMERIC.fullmatch(term))


@dataclass(frozen=True, slots=True)
class _Candidate:
    unit: Unit
    coverage: float


def _best(
    text: str, units: Sequence[Unit], wanted: frozenset[str], held: frozenset[str], about: frozenset[str]
) -> _Candidate | None:
    best: _Candidate | None = None
    for unit in units:
        stated = _terms(text[unit.start : unit.end])
        if not wanted & stated:
            continue
        coverage = _coverage(wanted, held | stated, about | _lead_in_terms(text, unit))
        if best is None or coverage > best.coverage:
            best = _Candidate(unit, coverage)
    return best


def _coverage(wanted: frozenset[str], stated: frozenset[str], about: frozenset[str]) -> float:
    direct = len(wanted & stated)
    indirect = len((wanted & about) - stated)
    return (direct + _CONTEXT_WEIGHT * indirect) / len(wanted)


def _lead_in_terms(text: str, unit: Unit) -> frozenset[str]:
    return _terms(text[unit.lead_in.start : unit.lead_in.end]) if unit.lead_in else frozenset()


@lru_cache(maxsize=512)
def _units(text: str) -> tuple[Unit, ...]:
    return quotable_units(text)


@lru_cache(maxsize=8192)
def _terms(text: str) -> frozenset[str]:
    return frozenset(analyse(text))
