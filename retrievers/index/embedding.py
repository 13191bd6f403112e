"""Dense vectors of passages, from the cache where it has them and from the embedder where it has not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from wardround.errors import BackendError, StoreError, WardroundError
from wardround.retrievers.index.embedding_cache import EmbeddingCache, content_key
from wardround.retrievers.protocols import Embedder, Matrix, Vector

_BATCH = 64
"""Texts embedded between two entries into the cache: what a kill can cost, and how often progress is reported."""

_LENGTH_TOLERANCE = 1e-2
_SPECIAL_TOKENS = 2
"""A text has at most one token a byte beside them, so that short ones need no counting."""


class PassageVectors:
    """Computes vectors in batches of similar length and keeps each batch at once, so that a kill loses one batch."""

    def __init__(self, embedder: Embedder, cache: EmbeddingCache, on_done: Callable[[int], None]) -> None:
        """Names the parts.

        Args:
            embedder: computes what is missing.
            cache: of this embedder.
            on_done: called with the number of texts that have their vectors, over all calls of ``of``.
        """
        self._embedder = embedder
        self._cache = cache
        self._on_done = on_done
        self._done = 0
        self._cut = cache.truncated()
        self._truncated = 0

    @property
    def truncated(self) -> int:
        """Of the texts asked for, how many are longer than the embedder reads: their vectors are of the beginning.

        Texts that were embedded before this was written down count as read whole.
        """
        return self._truncated

    def of(self, texts: Sequence[str]) -> Matrix:
        """Vectors of ``texts``, shape (len(texts), dimension).

        Raises:
            BackendError: the embedder failed.
            StoreError: it returned something other than normalised vectors of its own dimension.
        """
        keys = [content_key(text) for text in texts]
        known = self._cache.find(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        start, repeated = self._done, len(texts) - len(missing)
        self._on_done(start + repeated)
        # Batches of similar length waste little on padding.
        by_length = sorted(missing, key=lambda key: len(missing[key]))
        for first in range(0, len(by_length), _BATCH):
            batch = by_length[first : first + _BATCH]
            computed = dict(zip(batch, self._embedded([missing[key] for key in batch]), strict=True))
            cut = {key for key in batch if self._is_truncated(missing[key])}
            self._cache.add(computed, cut)
            self._cut |= cut
            known |= computed
            self._on_done(start + repeated + first + len(batch))
        self._done = start + len(texts)
        self._truncated += sum(key in self._cut for key in keys)
        return np.array([known[key] for key in keys], dtype=np.float32).reshape(len(keys), self._embedder.dimension)

    def _is_truncated(self, text: str) -> bool:
        limit = self._embedder.max_tokens
        bytes_long = len(text.encode("utf-8", "surrogatepass"))
        return bytes_long + _SPECIAL_TOKENS > limit and self._embedder.count_tokens(text) > limit

    def _embedded(self, texts: list[str]) -> list[Vector]:
        try:
            vectors = self._embedder.embed_passages(texts)
        except WardroundError:
            raise
        except Exception as error:
            raise BackendError(
                f"the embedder failed ({type(error).__name__}: {error}) on a batch that begins {texts[0][:60]!r}; the "
                "index in use is not affected, and what was embedded is kept"
            ) from error
        expected = (len(texts), self._embedder.dimension)
        if vectors.shape != expected:
            raise StoreError(f"the embedder returned vectors of shape {vectors.shape} instead of {expected}")
        lengths = np.linalg.norm(vectors, axis=1)
        if not np.all(np.abs(lengths - 1) < _LENGTH_TOLERANCE):
            worst = int(np.argmax(np.nan_to_num(np.abs(lengths - 1), nan=np.inf)))
            raise StoreError(
                f"the embedder returned a vector of length {lengths[worst]:g} instead of 1 for {texts[worst][:60]!r}"
            )
        return list(vectors.astype(np.float32))
