"""A ``Where`` as a list of conditions on payload fields, which each engine writes in its own words."""

from __future__ import annotations

from typing import NamedTuple

from wardround.retrievers.filter_terms import asked_terms
from wardround.retrievers.protocols import Where
from wardround.retrievers.stores.payload import TERMS


class AnyOf(NamedTuple):
    """The field holds one of the values, or, being a list, at least one of them."""

    field: str
    values: list[str] | list[int]


class Between(NamedTuple):
    """The field is a number within the bounds, both inclusive; None leaves a side open."""

    field: str
    first: int | None
    last: int | None


def conditions(where: Where) -> list[AnyOf | Between]:
    """What must hold together for a passage to pass; empty when ``where`` restricts nothing."""
    found: list[AnyOf | Between] = []
    if where.corpora:
        found.append(AnyOf("corpus", list(where.corpora)))
    if where.year_from is not None or where.year_to is not None:
        found.append(Between("year", where.year_from, where.year_to))
    found += [AnyOf(f"{TERMS}.{field}", terms) for field, terms in asked_terms(where).items()]
    if where.retracted is not None:
        found.append(AnyOf("retracted", [int(where.retracted)]))
    return found
