"""The corpora that can be built by name: those that come with the package, and those a user added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardround.corpora.kinds import CorpusEntry
from wardround.errors import InputError


@dataclass(frozen=True, slots=True)
class Offer:
    """A corpus that needs no path.

    Attributes:
        entry: how it is read.
        description: one line.
    """

    entry: CorpusEntry
    description: str


STARTER = "guidelines"

CATALOGUE: tuple[Offer, ...] = (
    Offer(
        CorpusEntry(kind=STARTER, name=STARTER),
        "summaries of 43 clinical practice guidelines (package open-medicine, MIT)",
    ),
)


def entries_named(names: Sequence[str], added: Mapping[str, CorpusEntry]) -> list[CorpusEntry]:
    """The entries of these corpora, in this order, each once.

    Raises:
        InputError: a name is unknown.
    """
    known = {offer.entry.name: offer.entry for offer in CATALOGUE} | dict(added)
    for name in names:
        if name not in known:
            raise InputError(
                f"there is no corpus {name!r}; there is {', '.join(known)} (`wardround corpus list`); others are added "
                "with `wardround corpus add`"
            )
    return [known[name] for name in dict.fromkeys(names)]
