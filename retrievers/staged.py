"""A stage behind a search: what it found, in another order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wardround.retrievers.protocols import EVERYWHERE, Hit, Retriever, Where

Stage = Callable[[str, Sequence[Hit]], list[Hit]]
"""From a query and its hits to those that are kept, by falling score; it is never given none."""


class StagedRetriever:
    """A ``Retriever`` that passes on what another found, as a stage has ordered it."""

    def __init__(self, retriever: Retriever, stage: Stage, name: str, depth: int) -> None:
        """Puts ``stage``, called ``name``, behind ``retriever``, which is asked for ``depth`` hits or more."""
        self._retriever = retriever
        self._stage = stage
        self._stage_name = name
        self._depth = depth

    @property
    def name(self) -> str:
        """Such as ``weighed(bm25)``."""
        return f"{self._stage_name}({self._retriever.name})"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        if k <= 0:
            return [[] for _ in queries]
        found = self._retriever.search_many(queries, max(k, self._depth), where)
        return [self._staged(query, hits)[:k] for query, hits in zip(queries, found, strict=True)]

    def _staged(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        kept = self._stage(query, hits) if hits else []
        return [replace(hit, rank=rank, retriever=self.name) for rank, hit in enumerate(kept, start=1)]


def followed_by(first: Sequence[Hit], rest: Sequence[Hit]) -> list[Hit]:
    """``rest`` in its order behind ``first``, its scores below the lowest of those."""
    lowest = min(hit.score for hit in first)
    return [*first, *(replace(hit, score=lowest - place) for place, hit in enumerate(rest, start=1))]
