"""A user's own documents beside the index: searched in memory, for as long as somebody holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from wardround.corpora.records import Passage
from wardround.retrievers.fusion import fuse
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, Matrix, Retriever, Vector, Where
from wardround.retrievers.settings import Bm25Settings

RRF_K = 60
SHARE = 2
"""Attached passages take at most one in ``SHARE`` places, so that a long document does not push the literature out."""


class AttachedPassages:
    """Passages under BM25 and an embedder, a few thousand at most; nothing of them is written anywhere."""

    def __init__(
        self,
        passages: Sequence[Passage],
        embedder: Embedder,
        settings: Bm25Settings,
        before: AttachedPassages | None = None,
    ) -> None:
        """Analyses the passages, and embeds those that were not attached before.

        Args:
            passages: everything that is attached from now on.
            embedder: of passages and queries, the same as that of ``before``.
            settings: of BM25.
            before: what was attached until now.

        Raises:
            InputError: two passages have the same id.
        """
        self._passages = tuple(passages)
        self._embedder = embedder
        self._bm25 = InMemoryBm25(self._passages, settings)
        texts = [one.contents for one in self._passages]
        known = before._by_contents() if before is not None else {}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(new, embedder.embed_passages(new), strict=True))
        self._vectors = np.array([known[text] for text in texts]).reshape(len(texts), embedder.dimension)
        self._rows = {one.id: row for row, one in enumerate(self._passages)}

    @property
    def passages(self) -> tuple[Passage, ...]:
        """In the order in which they were attached."""
        return self._passages

    @property
    def fingerprint(self) -> str:
        """Changes whenever what is attached does."""
        digest = hashlib.sha256()
        for one in self._passages:
            digest.update(f"{one.id}\0{one.contents}\0".encode())
        return digest.hexdigest()[:16]

    def __contains__(self, passage_id: str) -> bool:
        return passage_id in self._rows

    def vectors(self, passage_ids: Sequence[str]) -> Matrix:
        """The dense vectors of attached passages, in the order asked for."""
        return self._vectors[[self._rows[one] for one in passage_ids]]

    def search_many(self, queries: Sequence[str], k: int) -> list[list[Hit]]:
        """The ``k`` best of each query by reciprocal rank fusion of BM25 and cosine."""
        if not self._passages or not queries:
            return [[] for _ in queries]
        cosines = self._embedder.embed_queries(queries) @ self._vectors.T
        by_words = self._bm25.search_many(queries, k)
        return [
            fuse({"bm25": words, "dense": self._nearest(row, k)}, k, RRF_K)
            for words, row in zip(by_words, cosines, strict=True)
        ]

    def _by_contents(self) -> dict[str, Vector]:
        return {one.contents: vector for one, vector in zip(self._passages, self._vectors, strict=True)}

    def _nearest(self, cosines: Matrix, k: int) -> list[Hit]:
        order = np.argsort(-cosines, kind="stable")[:k]
        return [Hit(self._passages[one], float(cosines[one]), rank, "dense") for rank, one in enumerate(order, start=1)]


class WithAttached:
    """A ``Retriever`` that finds attached passages among those of another; a ``Where`` restricts only the other's."""

    def __init__(self, base: Retriever, attached: AttachedPassages) -> None:
        self._base = base
        self._attached = attached

    @property
    def name(self) -> str:
        """Names both, with what is attached."""
        return f"{self._base.name} with attached {self._attached.fingerprint}"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, the best of both sides in turn."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        literature = self._base.search_many(queries, k, where)
        own = self._attached.search_many(queries, max(1, k // SHARE))
        return [
            fuse({"attached": mine, "literature": theirs}, k, RRF_K) if query.strip() else []
            for query, mine, theirs in zip(queries, own, literature, strict=True)
        ]
