"""What a second reader of the same index costs: opening and searching, alone and beside another process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from wardround.agent.settings import Settings
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.index.open import open_index
from wardround.retrievers.protocols import Embedder, Vector

SEARCHES = 200

_HOLD = """
import sys
from wardround.config import load_settings
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.index.open import open_index
retrieval = load_settings().retrieval
index = open_index(retrieval, choose_embedder(retrieval.embedder))
sys.stdout.write("open\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def seconds_to_open_and_search(settings: Settings, embedder: Embedder) -> tuple[float, float]:
    """Seconds to open the index, and seconds of one search of it."""
    begun = time.perf_counter()
    with open_index(settings.retrieval, embedder) as index:
        opened = time.perf_counter() - begun
        vectors = _query_vectors(embedder)
        begun = time.perf_counter()
        for vector in vectors:
            index.store.search_dense(vector, 50)
        return opened, (time.perf_counter() - begun) / len(vectors)


@contextmanager
def another_reader() -> Iterator[None]:
    """Another process has the index open during the block."""
    with subprocess.Popen([sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        if holder.stdout is None or holder.stdin is None or holder.stdout.readline() != b"open\n":
            raise RuntimeError("the other reader could not open the index")
        yield
        holder.stdin.close()


def load_embedder(settings: Settings) -> Embedder:
    """The configured embedder."""
    return choose_embedder(settings.retrieval.embedder)


def _query_vectors(embedder: Embedder) -> list[Vector]:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((SEARCHES, embedder.dimension)).astype(np.float32)
    return list(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
