"""Retrieval by one kind of vector: BM25 alone, or dense alone."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.protocols import EVERYWHERE, Embedder, Hit, PassageStore, Where
from wardround.retrievers.query_vectors import QueryVectors


class Bm25Retriever:
    """A ``Retriever`` by words; a query without any word to look for finds nothing."""

    name = "bm25"

    def __init__(self, store: PassageStore, encoder: Bm25Encoder) -> None:
        """Searches ``store``, whose passages ``encoder`` has encoded."""
        self._store = store
        self._encoder = encoder

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` passages that share a term with the query, best first."""
        terms = self._encoder.encode_query(query)
        return self._store.search_sparse(terms, k, where) if terms.indices and k > 0 else []

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query."""
        return [self.search(query, k, where) for query in queries]


class DenseRetriever:
    """A ``Retriever`` by meaning, which always finds something; an empty query finds nothing."""

    name = "dense"

    def __init__(self, store: PassageStore, embedder: Embedder) -> None:
        """Searches ``store``, whose passages ``embedder`` has embedded."""
        self._store = store
        self._vectors = QueryVectors(embedder)

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` passages of largest cosine similarity."""
        return self.search_many([query], k, where)[0]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query, all embedded in one batch."""
        asked = [query for query in queries if query.strip() and k > 0]
        vectors = dict(zip(asked, self._vectors.of(asked), strict=True))
        found = {query: self._store.search_dense(vector, k, where) for query, vector in vectors.items()}
        return [list(found.get(query, [])) for query in queries]
