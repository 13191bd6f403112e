"""What gives a query further forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wardround.corpora.records import Passage
from wardround.retrievers.rewriting.forms import Forms


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What became of a query.

    Attributes:
        forms: what is searched for; empty where nothing was written, and the query is then searched for as it is.
        thought: whether the model thought aloud before it wrote, and came to an end with it.
    """

    forms: tuple[Forms, ...]
    thought: bool = False


class Rewriter(Protocol):
    """Gives queries further forms; safe for several threads."""

    @property
    def name(self) -> str:
        """Short and canonical, such as ``hyde``."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever other forms may be given."""
        ...

    @property
    def reads(self) -> int:
        """How many passages of a first search by words it wants to see; 0 for none."""
        ...

    def rewrite(self, query: str, found: Sequence[Passage] = ()) -> Rewrite:
        """Forms of ``query``, given the first ``reads`` passages that were found for it."""
        ...
