"""What the plain modes do in place of planning and briefing: one search for the question itself, or none."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.records import Brief, Framed, Plan
from wardround.corpora.records import Passage
from wardround.retrievers.protocols import Hit


class SingleSearch:
    """Looks up the question, without its options, and nothing else (naive RAG)."""

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """The question as the only query."""
        if briefs:
            return Plan((), "one search is all that mode rag does")
        return Plan((framed.question,), "the question itself")


class NoSearch:
    """Looks up nothing (closed-book)."""

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """No query."""
        return Plan((), "mode closed-book looks nothing up")


class SilentBriefer:
    """Notes nothing between search and answer."""

    async def brief(self, query: str, hits: Sequence[Hit]) -> Brief:
        """A brief without text."""
        return Brief(query, "")
