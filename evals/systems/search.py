"""A retriever under evaluation: what it returns for a query, best first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from wardround.agent.models.metering import metered
from wardround.evals.records import Item, ItemResult
from wardround.retrievers.protocols import Retriever


class SearchSystem:
    """Searches once for every item's question."""

    def __init__(self, retriever: Retriever, depth: int, fingerprint: Mapping[str, Any]) -> None:
        """Evaluates ``retriever``.

        Args:
            retriever: is asked once an item, in a thread of its own.
            depth: how many passages it returns.
            fingerprint: everything its rankings depend on.
        """
        self._retriever = retriever
        self._depth = depth
        self._fingerprint = {"retriever": retriever.name, "depth": depth, **fingerprint}

    @property
    def retriever(self) -> Retriever:
        """What is evaluated."""
        return self._retriever

    @property
    def mode(self) -> str:
        """``search``."""
        return "search"

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """Retriever, depth, and what was given."""
        return self._fingerprint

    async def __call__(self, item: Item) -> ItemResult:
        """The ids of the passages found, one a line, and what a language model that took part in it was asked.

        Raises:
            WardroundError: the search failed.
        """
        with metered() as meter:
            hits = await asyncio.to_thread(self._retriever.search, item.question, self._depth)
        return ItemResult(item.id, text="\n".join(hit.passage.id for hit in hits), usage=meter.usage, rounds=1)
