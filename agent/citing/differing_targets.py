"""Sources of one answer that set different targets for the same quantity in the same patients.

A reader who sees both figures side by side must be told that they differ, and not have to notice it. A false alarm
would do more harm than silence, so whatever is not plainly the same question is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from wardround.agent.citing.targets import Target, target_of
from wardround.agent.records import VerifiedClaim
from wardround.corpora.records import Passage

_ROUNDING = Fraction(1, 20)
"""Limits that lie this near to each other, as a share of the larger, may be one limit in two units."""


@dataclass(frozen=True, slots=True)
class _Set:
    """A target and who sets it."""

    target: Target
    source: tuple[object, ...]
    number: int


def differing_targets(claims: Sequence[VerifiedClaim], cited: Sequence[Passage]) -> tuple[str, ...]:
    """A sentence for each quantity that the answer's sources set different targets for.

    Args:
        claims: of the answer; what a quote says against its claim is left out.
        cited: the answer's references, in the order of their numbers.
    """
    targets = _targets(claims, cited)
    told: dict[str, list[_Set]] = {}
    for one, other in combinations(targets, 2):
        if one.source != other.source and differ(one.target, other.target):
            kept = told.setdefault(one.target.quantity, [])
            kept += [each for each in (one, other) if each not in kept]
    return tuple(f"sources differ on the target of {name}: {_listed(sets)}" for name, sets in told.items())


def differ(one: Target, other: Target) -> bool:
    """Whether both speak of one quantity in the same patients, limit it on the same side, and elsewhere."""
    if one.quantity != other.quantity or one.patients != other.patients or not one.patients:
        return False
    pairs = [(one.low, other.low), (one.high, other.high)]
    if any((mine is None) != (theirs is None) for mine, theirs in pairs):
        return False
    return any(
        mine is not None and theirs is not None and abs(mine - theirs) > _ROUNDING * max(mine, theirs)
        for mine, theirs in pairs
    )


def _targets(claims: Sequence[VerifiedClaim], cited: Sequence[Passage]) -> list[_Set]:
    numbers = {passage.id: (number, passage) for number, passage in enumerate(cited, start=1)}
    found: dict[tuple[Target, int], _Set] = {}
    for quote in (quote for claim in claims for quote in claim.quotes if quote.verdict != "contradicted"):
        number, passage = numbers[quote.passage_id]
        target = target_of(quote.text, passage.heading, passage.biblio.title)
        if target is not None:
            found.setdefault((target, number), _Set(target, _source(passage), number))
    return list(found.values())


def _source(passage: Passage) -> tuple[object, ...]:
    """What the passages of one source share: sections of one guideline do not contradict each other."""
    biblio = passage.biblio
    return (biblio.organisation, biblio.year) if biblio.organisation else (passage.source_name,)


def _listed(sets: Sequence[_Set]) -> str:
    numbers: dict[str, list[int]] = {}
    for one in sorted(sets, key=lambda one: one.number):
        numbers.setdefault(one.target.text, []).append(one.number)
    return ", ".join(f"{text} {''.join(f'[{one}]' for one in ours)}" for text, ours in numbers.items())
