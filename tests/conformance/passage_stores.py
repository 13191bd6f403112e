"""Every ``PassageStore``, and passages to put into it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import IndexedPassage, PassageStore, SparseVector, Vector
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.stores.server import ServerStore

DIMENSION = 8


def memory_store(folder: Path) -> PassageStore:
    return MemoryStore(DIMENSION)


def edge_store(folder: Path) -> PassageStore:
    return EdgeStore.create(folder / "edge", DIMENSION)


class SealedStore(EdgeStore):
    """Is sealed after each change, as an index is, so that it reads vectors from its matrix."""

    def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        super().upsert(passages)
        self.seal()


def sealed_store(folder: Path) -> PassageStore:
    return SealedStore.create(folder / "sealed", DIMENSION)


def server_store(folder: Path) -> PassageStore:
    from qdrant_client import QdrantClient

    return ServerStore.create(QdrantClient(":memory:"), "passages", DIMENSION, Calls("the local mode"))


MAKERS: dict[str, Callable[[Path], PassageStore]] = {
    "memory": memory_store,
    "edge": edge_store,
    "sealed edge": sealed_store,
    "server": server_store,
}


def axis(number: int, towards: int | None = None, share: float = 0.0) -> Vector:
    """A unit vector along one axis, turned towards another so that its first coordinate is ``1 - share``."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[number] = 1 - share
    if towards is not None:
        vector[towards] = math.sqrt(1 - (1 - share) ** 2)
    return vector


def item(
    name: str, dense: Vector, terms: dict[int, float] | None = None, corpus: str = "c", **biblio: object
) -> IndexedPassage:
    document_id = f"{corpus}:{name}"
    passage = Passage(
        id=f"{document_id}#0",
        document_id=document_id,
        corpus=corpus,
        ordinal=0,
        heading=("Part",),
        text=f"Text of {name}.",
        start=0,
        end=len(f"Text of {name}."),
        biblio=Biblio(title=f"Title of {name}", **biblio),  # type: ignore[arg-type]
    )
    ordered = sorted((terms or {}).items())
    return IndexedPassage(passage, dense, SparseVector(tuple(t for t, _ in ordered), tuple(w for _, w in ordered)))


def ids(hits: list) -> list[str]:
    return [hit.passage.id for hit in hits]


def terms(*numbers: int) -> SparseVector:
    return SparseVector(tuple(numbers), (1.0,) * len(numbers))
