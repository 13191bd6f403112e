"""Several queries for one, such as a planner's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wardround.corpora.records import Passage
from wardround.retrievers.rewriting.forms import as_it_is
from wardround.retrievers.rewriting.rewriter import Rewrite

Planner = Callable[[str, Sequence[Passage]], Sequence[str]]
"""Queries for one and for what was found for it; called from whatever thread searches."""


class PlannedQueries:
    """A ``Rewriter`` that searches for a query and for all that a planner would look up for it."""

    name = "planned"

    def __init__(self, plan: Planner, reads: int, fingerprint: str) -> None:
        """Asks ``plan``, which looks at ``reads`` passages and is named by ``fingerprint``."""
        self._plan = plan
        self._reads = reads
        self._fingerprint = fingerprint

    @property
    def fingerprint(self) -> str:
        """The planner's."""
        return f"{self.name} {self._fingerprint}"

    @property
    def reads(self) -> int:
        """As many as the planner looks at."""
        return self._reads

    def rewrite(self, query: str, found: Sequence[Passage] = ()) -> Rewrite:
        """The query and the planner's, each once."""
        planned = (one.strip() for one in self._plan(query, found))
        return Rewrite(tuple(as_it_is(one) for one in dict.fromkeys([query, *filter(None, planned)])))
