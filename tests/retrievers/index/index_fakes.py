"""A small world to build indexes in: sources of a few words, and an embedder that counts its work.

As a program (``python index_fakes.py ACTION FOLDER ...``) it is the other process of the tests with several.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wardround.corpora.quarantine import BadRecord, OnBadRecord
from wardround.corpora.records import Biblio, CorpusInfo, Document, Section
from wardround.corpora.source import DocumentSource
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.index.open import OpenIndex, open_index
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import RetrievalSettings, StoreSettings

DIMENSION = 16


class CountingEmbedder:
    """Vectors from hashes: equal texts have equal vectors, others are nearly orthogonal."""

    max_tokens = 10_000

    def __init__(self, dimension: int = DIMENSION, model: str = "fake") -> None:
        self.dimension = dimension
        self.fingerprint = f"{model}-{dimension}"
        self.embedded: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.embedded.extend(texts)
        return self.embed_queries(texts)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        rows = []
        for text in texts:
            seed = int.from_bytes(hashlib.sha256(f"{self.fingerprint} {text}".encode()).digest()[:8], "big")
            row = np.random.default_rng(seed).standard_normal(self.dimension)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.dimension)

    def count_tokens(self, text: str) -> int:
        return len(text.split())


class ListSource:
    """A corpus whose documents are given as texts."""

    def __init__(self, name: str, texts: Sequence[str], version: str | None = None) -> None:
        self.name = name
        self.texts = texts
        self.version = version or hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]

    def describe(self) -> CorpusInfo:
        return CorpusInfo(self.name, self.version, "CC0", f"{len(self.texts)} made-up documents")

    def documents(self) -> Iterator[Document]:
        for number, text in enumerate(self.texts):
            yield Document(
                f"{self.name}:{number}", self.name, Biblio(f"Document {number}"), text, (Section((), 0, len(text)),)
            )


class LengthEmbedder(CountingEmbedder):
    """Counts characters as tokens, which other processes can do as well."""

    def count_tokens(self, text: str) -> int:
        return len(text)

    def token_counter(self) -> Callable[[str], int]:
        return len


@dataclass(frozen=True)
class Fatal:
    """A part that kills the process that reads it."""

    def documents(self, on_bad: OnBadRecord) -> Iterator[Document]:
        os.kill(os.getpid(), signal.SIGKILL)
        yield from ()


@dataclass(frozen=True)
class Endless:
    """A part that says which process reads it, and never ends."""

    def documents(self, on_bad: OnBadRecord) -> Iterator[Document]:
        _say(f"reading in {os.getpid()}")
        threading.Event().wait()
        yield from ()


class EndlessSource(ListSource):
    """A corpus of two parts that never end."""

    def parts(self, wanted: int) -> list[Endless]:
        return [Endless(), Endless()]

    def put_aside(self, bad: BadRecord) -> None:
        raise AssertionError(bad)


def sentences(topic: str, count: int) -> list[str]:
    return [f"Sentence {number} says something about {topic}." for number in range(count)]


def settings_for(folder: Path) -> RetrievalSettings:
    return RetrievalSettings(store=StoreSettings(folder=folder))


def opened(folder: Path, embedder: CountingEmbedder | None = None) -> OpenIndex:
    return open_index(settings_for(folder), embedder or CountingEmbedder())


def topics(index: OpenIndex) -> set[str]:
    """The last words of all passages."""
    return {passage.text.rstrip(".").rsplit(" ", 1)[-1] for passage in index.store.scroll()}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _build(folder: Path, topic: str, count: int, stop_at: str) -> None:
    """Builds; on reaching the stage and number ``stop_at`` ("embed 64") says so and waits to be told to go on."""

    def on_progress(done: int, total: int | None, stage: str) -> None:
        if f"{stage} {done}" == stop_at:
            _say(f"reached {stop_at}")
            sys.stdin.readline()

    embedder = CountingEmbedder()
    build_index([ListSource("c", sentences(topic, count))], FolderTarget(folder), Recipe(embedder), on_progress)
    _say(f"built {len(embedder.embedded)}")


def _read(folder: Path) -> None:
    """Opens the index, and for each line on stdin says what it finds."""
    with opened(folder) as index:
        _say("open")
        for _ in sys.stdin:
            found = index.store.search_sparse(index.sparse.encode_query("sentence"), 5)
            _say(f"{sorted(topics(index))} {index.store.count()} {len(found)}")


GOUT = ListSource("rheumatology", sentences("gout", 150))
ASTHMA = ListSource("pulmonology", sentences("asthma", 40))


def build(
    folder: Path, *sources: DocumentSource, embedder: CountingEmbedder | None = None, **recipe: object
) -> Manifest:
    """The manifest of an index of ``sources`` in ``folder``."""
    return build_index(
        sources,
        FolderTarget(folder),
        Recipe(embedder or CountingEmbedder(), **recipe),  # type: ignore[arg-type]
    )


if __name__ == "__main__":
    action, folder, *rest = sys.argv[1:]
    if action == "build":
        _build(Path(folder), rest[0], int(rest[1]), rest[2])
    elif action == "build in two":
        build_index([EndlessSource("e", [])], FolderTarget(Path(folder)), Recipe(LengthEmbedder()), processes=2)
    else:
        _read(Path(folder))
