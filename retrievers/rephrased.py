"""A stage before a search: the query in other words, or with further ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wardround.retrievers.protocols import EVERYWHERE, Hit, Retriever, Where


class RephrasedRetriever:
    """A ``Retriever`` that has another search for what ``rephrase`` makes of a query."""

    def __init__(self, retriever: Retriever, rephrase: Callable[[str], str], name: str) -> None:
        """Puts ``rephrase``, called ``name``, before ``retriever``."""
        self._retriever = retriever
        self._rephrase = rephrase
        self._stage_name = name

    @property
    def name(self) -> str:
        """Such as ``expanded(bm25)``."""
        return f"{self._stage_name}({self._retriever.name})"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        found = self._retriever.search_many([self._rephrase(query) for query in queries], k, where)
        return [[replace(hit, retriever=self.name) for hit in hits] for hits in found]
