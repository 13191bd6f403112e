"""The passages of a build on disk, between reading the sources and embedding."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from pathlib import Path

from wardround.corpora.near_duplicates import band_keys, say_the_same
from wardround.corpora.records import Passage
from wardround.errors import CorpusError
from wardround.retrievers.analysis_choice import choose_analysis
from wardround.retrievers.settings import AnalysisSettings
from wardround.retrievers.stores.payload import from_payload, to_payload

_COMMIT_EVERY = 10_000
_MOST_TO_COMPARE_ALL = 8


class Spool:
    """Passages in the order they were added, however many: sources are read once and memory stays small.

    BM25 needs the mean length of all passages before it can encode the first one, so a build goes over them twice.
    """

    def __init__(self, path: Path, words: AnalysisSettings) -> None:
        """Starts an empty spool of passages cut by ``words`` in a new file at ``path``; it need not survive a crash."""
        self.words = words
        self._analysis = choose_analysis(words)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE passages (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, payload TEXT NOT NULL)"
        )
        self._connection.execute("CREATE TABLE bands (key INTEGER NOT NULL, position INTEGER NOT NULL)")
        self._connection.execute("BEGIN")
        self._twins: dict[int, list[str]] = {}
        self.passages = 0
        self.terms = 0

    @property
    def average_length(self) -> float:
        """Mean number of terms of the passages, for BM25; 1 where no passage has a term."""
        return self.terms / self.passages if self.terms else 1.0

    @property
    def payload_bytes(self) -> int:
        """Of all passages together, in JSON that is ASCII."""
        return int(self._connection.execute("SELECT coalesce(sum(length(payload)), 0) FROM passages").fetchone()[0])

    def add(self, passage: Passage) -> None:
        """Appends a passage.

        Raises:
            CorpusError: a passage with the same id was added before.
        """
        payload = json.dumps(to_payload(replace(passage, same_as=())))
        try:
            added = self._connection.execute("INSERT INTO passages (id, payload) VALUES (?, ?)", (passage.id, payload))
        except sqlite3.IntegrityError as error:
            raise CorpusError(_repeated(passage.id)) from error
        rows = [(key, added.lastrowid) for key in band_keys(passage.contents)]
        self._connection.executemany("INSERT INTO bands VALUES (?, ?)", rows)
        self.passages += 1
        self.terms += len(self._analysis.terms(passage.contents))
        if self.passages % _COMMIT_EVERY == 0:
            self._connection.execute("COMMIT")
            self._connection.execute("BEGIN")

    def absorb(self, path: Path, passages: int, terms: int) -> None:
        """Appends what a closed spool at ``path`` holds, as if it had been added here, and removes that file.

        Args:
            path: of the other spool.
            passages: how many it holds.
            terms: how many they have.

        Raises:
            CorpusError: a passage with the same id was added before.
        """
        self._connection.execute("COMMIT")
        self._connection.execute("ATTACH DATABASE ? AS other", (str(path),))
        self._connection.execute("BEGIN")
        try:
            self._connection.execute(
                "INSERT INTO main.passages SELECT position + ?, id, payload FROM other.passages ORDER BY position",
                (self.passages,),
            )
        except sqlite3.IntegrityError as error:
            twice = self._connection.execute("SELECT id FROM other.passages INTERSECT SELECT id FROM main.passages")
            raise CorpusError(_repeated(twice.fetchone()[0])) from error
        self._connection.execute("INSERT INTO main.bands SELECT key, position + ? FROM other.bands", (self.passages,))
        self._connection.execute("COMMIT")
        self._connection.execute("DETACH DATABASE other")
        self._connection.execute("BEGIN")
        self.passages += passages
        self.terms += terms
        path.unlink()

    def link(self) -> None:
        """Lets passages of different documents that say the same know of each other, in what ``windows`` gives.

        Of more than a few passages that are alike only neighbours are compared, so that a text which is repeated a
        thousand times costs a thousand comparisons and not a million.
        """
        self._connection.execute("CREATE INDEX by_key ON bands (key)")
        rows = self._connection.execute(
            "SELECT key, position FROM bands WHERE key IN (SELECT key FROM bands GROUP BY key HAVING count(*) > 1) "
            "ORDER BY key, position"
        )
        pairs: set[tuple[int, int]] = set()
        for _, group in groupby(rows, key=lambda row: row[0]):
            alike = [position for _, position in group]
            pairs.update(combinations(alike, 2) if len(alike) <= _MOST_TO_COMPARE_ALL else pairwise(alike))
        twins: defaultdict[int, list[str]] = defaultdict(list)
        for first, second in sorted(pairs):
            one, other = self._at(first), self._at(second)
            if one.document_id != other.document_id and say_the_same(one.contents, other.contents):
                twins[first].append(other.id)
                twins[second].append(one.id)
        self._twins = dict(twins)

    def windows(self, size: int) -> Iterator[list[Passage]]:
        """All passages in order, ``size`` at a time."""
        rows = self._connection.execute("SELECT position, payload FROM passages ORDER BY position")
        while window := rows.fetchmany(size):
            yield [
                replace(from_payload(json.loads(payload)), same_as=tuple(sorted(self._twins.get(position, ()))))
                for position, payload in window
            ]

    def _at(self, position: int) -> Passage:
        row = self._connection.execute("SELECT payload FROM passages WHERE position = ?", (position,)).fetchone()
        return from_payload(json.loads(row[0]))

    def close(self) -> None:
        """Keeps the passages in the file and closes it."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        self._connection.close()


def _repeated(passage_id: str) -> str:
    document = passage_id.rpartition("#")[0]
    return (
        f"two passages have the id {passage_id!r} (document {document!r}): every document of a corpus needs an id of "
        "its own"
    )
