"""Dense vectors that were computed before, so that no text is embedded twice by the same embedder."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from wardround.errors import StoreError
from wardround.retrievers.protocols import Vector

_SCHEMA = """
CREATE TABLE IF NOT EXISTS embedders (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS vectors (
    embedder INTEGER NOT NULL, content BLOB NOT NULL, vector BLOB NOT NULL, UNIQUE (embedder, content)
);
CREATE TABLE IF NOT EXISTS truncated (embedder INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (embedder, content));
"""
_FORMAT = 1
_LENGTH_TOLERANCE = 1e-3
_ROW_BYTES = 100


def content_key(text: str) -> bytes:
    """What a text is found by: its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def cache_bytes(dimension: int) -> int:
    """About what one more vector takes on disk, key and SQLite's trees included."""
    return 4 * dimension + _ROW_BYTES


class EmbeddingCache:
    """Vectors by text and embedder in one SQLite file; what ``add`` returned from survives a kill.

    The file is not trusted: a vector that is not finite, of another length or not normalised counts as absent.
    """

    def __init__(self, path: Path, fingerprint: str, dimension: int) -> None:
        """Opens the cache, making the file where it is missing.

        Args:
            path: of the SQLite file.
            fingerprint: of the embedder whose vectors are found and added.
            dimension: of that embedder.

        Raises:
            StoreError: the file is damaged, of another program or version, or cannot be written.
        """
        self._path = path
        self._dimension = dimension
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._errors():
            self._connection = sqlite3.connect(path, timeout=30)
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _FORMAT):
                raise StoreError(f"{path} is of version {version}, not {_FORMAT}: delete it; texts are embedded again")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(_SCHEMA)
            with self._connection:
                self._connection.execute(f"PRAGMA user_version={_FORMAT:d}")
                self._connection.execute("INSERT OR IGNORE INTO embedders (fingerprint) VALUES (?)", (fingerprint,))
            self._embedder = self._connection.execute(
                "SELECT id FROM embedders WHERE fingerprint = ?", (fingerprint,)
            ).fetchone()[0]

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Vector]:
        """The usable vectors among ``keys`` (from ``content_key``), each of shape (dimension,)."""
        found = {}
        with self._errors():
            for key in keys:
                row = self._connection.execute(
                    "SELECT vector FROM vectors WHERE embedder = ? AND content = ?", (self._embedder, key)
                ).fetchone()
                vector = self._usable(row[0]) if row else None
                if vector is not None:
                    found[key] = vector
        return found

    def add(self, vectors: Mapping[bytes, Vector], truncated: Iterable[bytes] = ()) -> None:
        """Keeps ``vectors`` in one transaction, replacing what was there, and which of their texts were truncated."""
        rows = [(self._embedder, key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        cut = [(self._embedder, key) for key in truncated]
        with self._errors(), self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            self._connection.executemany("INSERT OR IGNORE INTO truncated VALUES (?, ?)", cut)

    def truncated(self) -> set[bytes]:
        """The keys of all texts that were longer than this embedder reads, as far as ``add`` was told."""
        with self._errors():
            rows = self._connection.execute("SELECT content FROM truncated WHERE embedder = ?", (self._embedder,))
            return {key for (key,) in rows}

    def prune(self, keep: Iterable[bytes]) -> int:
        """Forgets the vectors of other embedders and of texts that are not in ``keep``; the file does not shrink.

        Returns:
            How many were forgotten.
        """
        with self._errors(), self._connection:
            self._connection.execute("CREATE TEMP TABLE IF NOT EXISTS kept (content BLOB PRIMARY KEY) WITHOUT ROWID")
            self._connection.execute("DELETE FROM kept")
            self._connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((key,) for key in keep))
            self._connection.execute(
                "DELETE FROM truncated WHERE embedder != ? OR content NOT IN (SELECT content FROM kept)",
                (self._embedder,),
            )
            forgotten = self._connection.execute(
                "DELETE FROM vectors WHERE embedder != ? OR content NOT IN (SELECT content FROM kept)",
                (self._embedder,),
            )
            return forgotten.rowcount

    def __len__(self) -> int:
        """How many vectors of all embedders there are."""
        with self._errors():
            return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        self._connection.close()

    def _usable(self, raw: object) -> Vector | None:
        if not isinstance(raw, bytes) or len(raw) != 4 * self._dimension:
            return None
        vector = np.frombuffer(raw, dtype="<f4").astype(np.float32)
        length = float(np.linalg.norm(vector))
        return vector if abs(length - 1) < _LENGTH_TOLERANCE else None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_FULL":
                raise StoreError(f"the disk is full: cannot write {self._path}; free space, then repeat") from error
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise StoreError(f"another program holds {self._path}: end that one, then repeat") from error
            raise StoreError(
                f"the embedding cache {self._path} cannot be used ({error}): delete it; texts are embedded again"
            ) from error
