"""What the queries of one batch read from a store: a passage that many of them find is read for the first alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from wardround.corpora.records import Passage
from wardround.retrievers.protocols import Matrix, PassageStore, Vector

_KEPT_ROWS = 32_768


class ReadOnce:
    """Passages and vectors by key, kept for as long as one batch lasts, during which nobody changes the store."""

    def __init__(self, store: PassageStore) -> None:
        """Starts with nothing read."""
        self._store = store
        self._passages: dict[int, Passage] = {}
        self._rows: dict[int, Vector] = {}

    def read(self, keys: Iterable[int]) -> None:
        """Reads the passages of ``keys`` in one request, for ``passages``."""
        known = self._passages
        if unread := {key for key in keys if key not in known}:
            known.update(self._store.get_by_key(list(unread)))

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages of ``keys`` that exist."""
        known = self._passages
        if any(key not in known for key in keys):
            self.read(keys)
        return {key: known[key] for key in keys if key in known}

    def vectors(self, wanted: Sequence[Sequence[int]]) -> list[Matrix]:
        """The dense vectors of the passages of each list of keys, read in one request.

        Raises:
            StoreError: a key is not in the store.
        """
        unread = [key for key in dict.fromkeys(key for keys in wanted for key in keys) if key not in self._rows]
        if len(self._rows) + len(unread) > _KEPT_ROWS:
            self._rows.clear()
            return self.vectors(wanted) if len(unread) < _KEPT_ROWS else list(map(self._store.vectors_by_key, wanted))
        if unread:
            self._rows.update(zip(unread, self._store.vectors_by_key(unread), strict=True))
        return [
            np.stack([self._rows[key] for key in keys]) if keys else self._store.vectors_by_key(keys) for keys in wanted
        ]
