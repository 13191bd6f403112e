"""The corpora that can be built by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wardround.corpora.source import DocumentSource
from wardround.errors import InputError


@dataclass(frozen=True, slots=True)
class Offer:
    """A corpus that can be built; ``open`` reads nothing yet.

    Attributes:
        name: also the corpus' name in the index.
        description: one line.
    """

    name: str
    description: str
    open: Callable[[], DocumentSource]


def _guidelines() -> DocumentSource:
    from wardround.corpora.sources.guidelines import GuidelineSummaries

    return GuidelineSummaries()


STARTER = "guidelines"

CATALOGUE: tuple[Offer, ...] = (
    Offer(STARTER, "summaries of 43 clinical practice guidelines (package open-medicine, MIT)", _guidelines),
)


def sources_named(names: Sequence[str]) -> list[DocumentSource]:
    """The sources of these corpora, in this order.

    Raises:
        InputError: a name is unknown.
        PrerequisiteError: what a corpus is read from is not installed.
    """
    offers = {offer.name: offer for offer in CATALOGUE}
    for name in names:
        if name not in offers:
            raise InputError(f"there is no corpus {name!r}; there is {', '.join(offers)} (`wardround corpus list`)")
    return [offers[name].open() for name in names]
