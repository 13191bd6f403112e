"""The retriever that answers are built on: BM25 and dense side by side, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.fusion import fuse, fused_name
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, PassageStore, Retriever, Where
from wardround.retrievers.settings import FusionSettings
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.twins import without_twins


class HybridRetriever:
    """A ``Retriever`` that fuses two rankings of one store; safe to use from several threads.

    A query without any word that BM25 looks for (stop words only, another script) is answered by the dense ranking
    alone; an empty query finds nothing.
    """

    def __init__(
        self, store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, fusion: FusionSettings | None = None
    ) -> None:
        """Searches ``store``, whose passages ``embedder`` and ``encoder`` have encoded."""
        self._parts: tuple[Retriever, ...] = (Bm25Retriever(store, encoder), DenseRetriever(store, embedder))
        self._fusion = fusion or FusionSettings()

    @property
    def name(self) -> str:
        """``rrf(bm25,dense)``."""
        return fused_name([part.name for part in self._parts])

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first, one for all passages that say the same."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query, all embedded in one batch."""
        if k <= 0:
            return [[] for _ in queries]
        return [self._fused(rankings, k) for rankings in self.search_parts(queries, k, where)]

    def search_parts(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[dict[str, list[Hit]]]:
        """For each query the rankings that are fused, by the name of their retriever.

        Each holds ``fusion.depth`` hits, or ``k`` if that is more: a passage that is middling in both rankings must be
        seen by both to rise.
        """
        depth = max(self._fusion.depth, k)
        found = {part.name: part.search_many(queries, depth, where) for part in self._parts}
        return [{name: hits[position] for name, hits in found.items()} for position in range(len(queries))]

    def _fused(self, rankings: Mapping[str, Sequence[Hit]], k: int) -> list[Hit]:
        everything = sum(len(hits) for hits in rankings.values())
        weights = {DenseRetriever.name: self._fusion.rrf_dense_weight}
        return without_twins(fuse(rankings, everything, self._fusion.rrf_k, weights), k)
