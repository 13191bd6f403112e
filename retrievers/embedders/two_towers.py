"""Two models, one for queries and one for passages, that were trained to meet in one space.

MedCPT (Jin et al., Bioinformatics 2023) is such a pair: set ``model`` to its article encoder, ``query_model`` to its
query encoder, ``pooling`` to cls and ``passage_pairs``. Its authors compare by inner product; here all vectors have
length 1. The last layer of such encoders normalises its output, so that their lengths differ little.
"""

from __future__ import annotations

from collections.abc import Sequence

from wardround.errors import ConfigError
from wardround.retrievers.embedders.transformers import TokenizerCounter, TransformersEmbedder
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import EmbedderSettings


class TwoTowerEmbedder:
    """An ``Embedder`` whose queries and passages go through different models."""

    def __init__(self, settings: EmbedderSettings) -> None:
        """Loads both models.

        Raises:
            ConfigError: their vectors differ in length, or one of them does not load.
            PrerequisiteError: torch or transformers is absent, or a model is neither here nor to be fetched.
        """
        query_settings = {"model": settings.query_model, "query_model": None, "passage_pairs": False}
        self._passages = TransformersEmbedder(settings)
        self._queries = TransformersEmbedder(settings.model_copy(update=query_settings))
        if self._passages.dimension != self._queries.dimension:
            raise ConfigError(
                f"retrieval.embedder.model makes vectors of {self._passages.dimension} dimensions, query_model of "
                f"{self._queries.dimension}: name the two models of one pair"
            )
        self.dimension = self._passages.dimension
        self.max_tokens = self._passages.max_tokens

    @property
    def fingerprint(self) -> str:
        """Both models'."""
        return f"towers(passages={self._passages.fingerprint},queries={self._queries.fingerprint})"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self._passages.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), dimension)."""
        return self._queries.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        """Tokens of a passage, special tokens included, before any truncation."""
        return self._passages.count_tokens(text)

    def token_counter(self) -> TokenizerCounter:
        """``count_tokens`` without the weights, for other processes."""
        return self._passages.token_counter()
