"""The passages of a build on disk, between reading the sources and embedding."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from wardround.corpora.records import Passage
from wardround.errors import CorpusError
from wardround.retrievers.analysis import analyse
from wardround.retrievers.stores.payload import from_payload, to_payload

_COMMIT_EVERY = 10_000


class Spool:
    """Passages in the order they were added, however many: sources are read once and memory stays small.

    BM25 needs the mean length of all passages before it can encode the first one, so a build goes over them twice.
    """

    def __init__(self, path: Path) -> None:
        """Starts an empty spool in a new file at ``path``; it need not survive a crash."""
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE passages (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, payload TEXT NOT NULL)"
        )
        self._connection.execute("BEGIN")
        self.passages = 0
        self.terms = 0

    @property
    def average_length(self) -> float:
        """Mean number of terms of the passages, for BM25; 1 where no passage has a term."""
        return self.terms / self.passages if self.terms else 1.0

    def add(self, passage: Passage) -> None:
        """Appends a passage.

        Raises:
            CorpusError: a passage with the same id was added before.
        """
        payload = json.dumps(to_payload(passage))
        try:
            self._connection.execute("INSERT INTO passages (id, payload) VALUES (?, ?)", (passage.id, payload))
        except sqlite3.IntegrityError as error:
            raise CorpusError(
                f"two passages have the id {passage.id!r} (document {passage.document_id!r}): every document of a "
                "corpus needs an id of its own"
            ) from error
        self.passages += 1
        self.terms += len(analyse(passage.contents))
        if self.passages % _COMMIT_EVERY == 0:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")

    def windows(self, size: int) -> Iterator[list[Passage]]:
        """All passages in order, ``size`` at a time."""
        rows = self._connection.execute("SELECT payload FROM passages ORDER BY position")
        while window := rows.fetchmany(size):
            yield [from_payload(json.loads(payload)) for (payload,) in window]

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()
