"""An embedder that computes a query's vector once, whoever asks: the search, and what weighs its results."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wardround.retrievers.protocols import Embedder, Matrix
from wardround.retrievers.query_vectors import QueryVectors


class RememberedQueries:
    """An ``Embedder`` in front of another one; safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        """Remembers the queries that ``embedder`` embedded last."""
        self._embedder = embedder
        self._vectors = QueryVectors(embedder)

    @property
    def dimension(self) -> int:
        """The embedder's."""
        return self._embedder.dimension

    @property
    def fingerprint(self) -> str:
        """The embedder's: remembering changes no vector."""
        return self._embedder.fingerprint

    @property
    def max_tokens(self) -> int:
        """The embedder's."""
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """The embedder's vectors."""
        return self._embedder.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """The embedder's vectors, each computed once."""
        return np.stack(self._vectors.of(texts)) if texts else self._embedder.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        """The embedder's count."""
        return self._embedder.count_tokens(text)
