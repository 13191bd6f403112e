"""Shorter vectors: the first numbers, of length 1 again, under a name of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from wardround.errors import ConfigError
from wardround.retrievers.embedders.shortened import ShortenedEmbedder
from wardround.retrievers.protocols import Matrix


class Fixed:
    """Every text has one vector."""

    dimension, max_tokens, fingerprint = 4, 100, "fixed"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        return np.tile(np.array([0.3, 0.4, 0, 0.75**0.5], dtype=np.float32), (len(texts), 1))

    embed_queries = embed_passages

    def count_tokens(self, text: str) -> int:
        return len(text)


def test_the_first_numbers_are_kept_and_normalised() -> None:
    short = ShortenedEmbedder(Fixed(), 2)
    np.testing.assert_allclose(short.embed_passages(["a", "b"]), [[0.6, 0.8]] * 2, rtol=1e-6)
    np.testing.assert_allclose(short.embed_queries(["a"]), [[0.6, 0.8]], rtol=1e-6)
    assert short.embed_passages([]).shape == (0, 2)
    assert (short.dimension, short.max_tokens, short.count_tokens("abc")) == (2, 100, 3)
    assert short.fingerprint == "first 2 of fixed"


def test_more_numbers_than_there_are_is_refused() -> None:
    with pytest.raises(ConfigError, match="dimensions is 5, but the model makes vectors of 4"):
        ShortenedEmbedder(Fixed(), 5)
