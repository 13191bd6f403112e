"""The first numbers of another embedder's vectors, for models that were trained to allow it.

Matryoshka models (Kusupati et al., NeurIPS 2022) put what matters most into the first numbers of a vector, so that an
index of a third of the size finds nearly the same. Of other models much is lost: with half of MiniLM's numbers four in
ten of the first hundred are others (``docs/design/016-fewer-bytes-not-fewer-numbers.md``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wardround.errors import ConfigError
from wardround.retrievers.protocols import Embedder, Matrix


class ShortenedEmbedder:
    """An ``Embedder`` of shorter vectors, of length 1 again."""

    def __init__(self, embedder: Embedder, dimensions: int) -> None:
        """Keeps the first ``dimensions`` numbers of what ``embedder`` makes.

        Raises:
            ConfigError: it does not make so many.
        """
        if dimensions > embedder.dimension:
            raise ConfigError(
                f"retrieval.embedder.dimensions is {dimensions}, but the model makes vectors of {embedder.dimension}"
            )
        self._embedder = embedder
        self.dimension = dimensions
        self.max_tokens = embedder.max_tokens

    @property
    def fingerprint(self) -> str:
        """The other embedder's, and how many numbers are kept."""
        return f"first {self.dimension} of {self._embedder.fingerprint}"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self._shortened(self._embedder.embed_passages(texts))

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), dimension)."""
        return self._shortened(self._embedder.embed_queries(texts))

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, before any truncation."""
        return self._embedder.count_tokens(text)

    def _shortened(self, vectors: Matrix) -> Matrix:
        first = vectors[:, : self.dimension]
        lengths = np.linalg.norm(first, axis=1, keepdims=True)
        unit: Matrix = first / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit
