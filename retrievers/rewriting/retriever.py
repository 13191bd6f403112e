"""Searches for what was made of a query: alone, or together with the query itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.fusion import fuse
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, PassageStore, Retriever, Where
from wardround.retrievers.query_vectors import QueryVectors
from wardround.retrievers.rewriting.forms import Forms, as_it_is, mean_vector
from wardround.retrievers.rewriting.rewriter import Rewrite, Rewriter
from wardround.retrievers.settings import FusionSettings, RewritingSettings
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.twins import without_twins

Legs = Literal["bm25", "dense", "fused"]
"""``bm25`` and ``dense`` search for the rewrite alone, as published runs do; ``fused`` adds both rankings of the query
itself, four in all: words and meaning fail on different queries, and so do query and rewrite."""


def _unobserved(query: str, rewrite: Rewrite) -> None:
    """Nobody wants to know."""


class RewritingRetriever:
    """A ``Retriever`` that has each query rewritten first; safe for several threads.

    An empty rewrite leaves the query as it is: the result is then that of BM25, of dense or of both fused.
    """

    def __init__(
        self,
        store: PassageStore,
        embedder: Embedder,
        encoder: Bm25Encoder,
        rewriter: Rewriter,
        legs: Legs = "fused",
        fusion: FusionSettings | None = None,
        settings: RewritingSettings | None = None,
        on_rewrite: Callable[[str, Rewrite], None] = _unobserved,
    ) -> None:
        """Names the parts.

        Args:
            store: what is searched; ``embedder`` and ``encoder`` have encoded its passages.
            embedder: of queries and rewrites.
            encoder: likewise.
            rewriter: asked once a search.
            legs: which rankings there are.
            fusion: how several of them become one, by ``method``.
            settings: how much a rewrite counts then.
            on_rewrite: told every query with what became of it, since hits do not say what they cost.
        """
        self._store = store
        self._rewriter = rewriter
        self._legs = legs
        self._fusion = fusion or FusionSettings()
        self._settings = settings or RewritingSettings()
        self._on_rewrite = on_rewrite
        self._bm25 = Bm25Retriever(store, encoder)
        self._dense = DenseRetriever(store, embedder)
        self._convex = ConvexRetriever(store, embedder, encoder, self._fusion.convex)
        self._vectors = QueryVectors(embedder)

    @property
    def name(self) -> str:
        """Such as ``hyde-bm25`` or ``convex(bm25,dense,hyde-bm25,hyde-dense)``."""
        made_by = self._rewriter.name
        if self._legs == "fused":
            return f"{self._fusion.method}(bm25,dense,{made_by}-bm25,{made_by}-dense)"
        return f"{made_by}-{self._legs}"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first; an empty query finds nothing and has nothing rewritten."""
        if not query.strip() or k <= 0:
            return []
        forms = self._rewritten(query, where)
        if self._legs == "fused" and self._fusion.method == "convex":
            found: Sequence[Hit] = self._convex.search_forms(self._shared_out(query, forms), k, where)
        else:
            found = without_twins(self._by_rank(query, forms, k, where), k)
        return [Hit(hit.passage, hit.score, hit.rank, self.name) for hit in found]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        return [self.search(query, k, where) for query in queries]

    def _rewritten(self, query: str, where: Where) -> tuple[Forms, ...]:
        reads = self._rewriter.reads
        first = self._bm25.search(query, reads, where) if reads else []
        rewrite = self._rewriter.rewrite(query, [hit.passage for hit in first])
        self._on_rewrite(query, rewrite)
        return rewrite.forms or (as_it_is(query),)

    def _shared_out(self, query: str, forms: Sequence[Forms]) -> list[tuple[Forms, float]]:
        """Query and other forms with their shares of a score, which add up to 1."""
        others = [one for one in forms if one != as_it_is(query)]
        share = self._settings.share if others else 0.0
        return [(as_it_is(query), 1 - share), *((one, share / len(others)) for one in others)]

    def _by_rank(self, query: str, forms: Sequence[Forms], k: int, where: Where) -> list[Hit]:
        depth = max(k, self._fusion.depth) if self._legs == "fused" else k
        rankings: dict[str, list[Hit]] = {}
        weights: dict[str, float] = {}
        searched = forms if self._legs != "fused" else dict.fromkeys([as_it_is(query), *forms])
        for place, form in enumerate(searched):
            for part, hits in self._parts(form, depth, where).items():
                ranking = f"{part.name}/{place}"
                rankings[ranking] = hits
                weights[ranking] = self._weight(part, rewritten=form != as_it_is(query))
        everything = sum(len(hits) for hits in rankings.values())
        return fuse(rankings, everything, self._fusion.rrf_k, weights)

    def _weight(self, part: Retriever, *, rewritten: bool) -> float:
        of_part = self._fusion.rrf_dense_weight if part is self._dense else 1.0
        return of_part * (self._settings.rrf_weight if rewritten else 1.0)

    def _parts(self, form: Forms, depth: int, where: Where) -> dict[Retriever, list[Hit]]:
        parts: dict[Retriever, list[Hit]] = {}
        if self._legs != "dense":
            parts[self._bm25] = self._bm25.search(form.words, depth, where)
        if self._legs != "bm25":
            parts[self._dense] = self._store.search_dense(mean_vector(self._vectors.of(form.meaning)), depth, where)
        return parts
