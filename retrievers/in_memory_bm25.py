"""BM25 over a handful of passages in memory: a user's attached files, or a test's corpus."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.corpora.records import Passage
from wardround.errors import InputError
from wardround.retrievers.analysis_choice import choose_analysis
from wardround.retrievers.filter_terms import admits
from wardround.retrievers.protocols import EVERYWHERE, Hit, Where
from wardround.retrievers.settings import Bm25Settings


class InMemoryBm25:
    """A ``Retriever`` over a list of passages, by ``rank-bm25``; meant for some thousands at most.

    Scores are ``ln((N + 1) / df) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average length))``, the BM25+ of
    rank-bm25 with delta 0. Its IDF is positive even for a word that every passage has, which Okapi's is not: among
    three attached pages the topic's own name would count against them.
    """

    name = "bm25"

    def __init__(self, passages: Sequence[Passage], settings: Bm25Settings) -> None:
        """Analyses the passages.

        Raises:
            InputError: two passages have the same id.
        """
        if len({passage.id for passage in passages}) != len(passages):
            raise InputError("two attached passages have the same id: give each file a name of its own")
        self._analysis = choose_analysis(settings.analysis)
        terms_of = self._analysis.terms
        self._passages = [passage for passage in passages if terms_of(passage.contents)]
        self._bm25 = None
        # rank-bm25 divides by the number of passages and by their mean length.
        if self._passages:
            from rank_bm25 import BM25Plus

            terms = [terms_of(passage.contents) for passage in self._passages]
            self._bm25 = BM25Plus(terms, k1=settings.k1, b=settings.b, delta=0)

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` passages that share a term with the query, best first."""
        terms = self._analysis.terms(query)
        if self._bm25 is None or not terms:
            return []
        scored = [
            (float(score), passage)
            for score, passage in zip(self._bm25.get_scores(terms), self._passages, strict=True)
            if score > 0 and admits(where, passage)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        return [Hit(passage, score, rank, self.name) for rank, (score, passage) in enumerate(scored[:k], start=1)]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        return [self.search(query, k, where) for query in queries]
