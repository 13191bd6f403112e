"""The interfaces of retrieval and the records that pass through them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wardround.corpora.records import Passage

Matrix = NDArray[np.float32]
"""Dense vectors, one a row, L2-normalised: shape (n, dimension)."""

Vector = NDArray[np.float32]
"""One dense vector, L2-normalised: shape (dimension,)."""

Scores = NDArray[np.float64]
"""One score for each of some passages, in their order: shape (n,)."""


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term ids (unsigned 32-bit, ascending, unique) and their weights, of equal length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Which passages may be returned; an empty field restricts nothing.

    Corpora and passages are compared as written, all other words without regard to case.

    Attributes:
        corpora: names of corpora, any of them.
        year_from: first year, inclusive. A passage without a year fails a year restriction.
        year_to: last year, inclusive.
        publication_types: any of them.
        journals: any of them; NLM's addition of a place, as in "Lancet (London, England)", may be left out.
        languages: any of them, as ``eng``, ``en`` or ``English``.
        mesh: MeSH headings, any of them: a descriptor finds it with any qualifier and as a major topic or not,
            ``Low Back Pain/therapy`` finds it with that qualifier.
        retracted: None for all, False to leave retracted sources out, True for only those.
        passage_ids: only these passages.
        evidence: levels of evidence (``corpora/evidence_levels.py``), any of them.
    """

    corpora: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    publication_types: tuple[str, ...] = ()
    retracted: bool | None = None
    journals: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    passage_ids: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    def identity(self) -> str:
        """As fingerprints have it. A field of later versions stands there only where it restricts something.

        So certificates and unfinished runs that are older than the field stay what they were.
        """
        stated = [field.name for field in fields(self) if field.name not in _LATER or getattr(self, field.name)]
        return f"Where({', '.join(f'{name}={getattr(self, name)!r}' for name in stated)})"


_LATER = ("evidence",)

EVERYWHERE = Where()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        score: larger is better; comparable only within one retriever and query.
        rank: counted from 1.
        retriever: canonical name of what found it, such as ``bm25``, ``dense`` or ``rrf(bm25,dense)``.
    """

    passage: Passage
    score: float
    rank: int
    retriever: str


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage with the vectors under which it is stored.

    Attributes:
        sentences: one vector for each of its sentences, shape (sentences, dimension), for a store that keeps them; None
            where the passage is one sentence, whose vector is ``dense``, and where nobody wants them.
    """

    passage: Passage
    dense: Vector
    sparse: SparseVector
    sentences: Matrix | None = None


class Embedder(Protocol):
    """Turns texts into L2-normalised vectors; the same text always gives the same vector."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would: model, weights, pooling, prefixes, maximal length."""
        ...

    @property
    def max_tokens(self) -> int:
        """Longer texts are truncated to this many tokens of ``count_tokens``."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), dimension)."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), dimension)."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens included, before any truncation."""
        ...


class PassageStore(Protocol):
    """Keeps passages under a dense and a sparse vector and finds them again.

    Every implementation passes ``tests/conformance/test_passage_store.py``. Results are ordered by
    falling score, ties by passage id; ranks count from 1; ``k`` beyond the size returns what there is.
    """

    def upsert(self, passages: Sequence[IndexedPassage]) -> None:
        """Adds passages, replacing those with the same id; a returned call is durable."""
        ...

    def delete(self, passage_ids: Sequence[str]) -> None:
        """Removes passages; unknown ids are ignored."""
        ...

    def search_dense(self, vector: Vector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest cosine similarity; ``retriever`` is ``dense``."""
        ...

    def search_sparse(self, vector: SparseVector, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The ``k`` passages of largest IDF-weighted dot product, none of score 0; ``retriever`` is ``bm25``."""
        ...

    def rank_dense(self, vectors: Sequence[Vector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector what ``search_dense`` finds, best first, ties by key, as cosine by ``passage_key``.

        No passage is read, and all vectors go to the engine in one request.
        """
        ...

    def rank_sparse(self, vectors: Sequence[SparseVector], k: int, where: Where = EVERYWHERE) -> list[dict[int, float]]:
        """For each vector what ``search_sparse`` finds, as ``rank_dense`` does, as score by ``passage_key``."""
        ...

    def score_dense(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages, in the order of their keys; NaN for unknown keys.

        The keys of one vector are all different, here and below.
        """
        ...

    def score_sparse(self, vectors: Sequence[SparseVector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the IDF-weighted dot products of its passages, in the order of their keys; 0 for unknown."""
        ...

    def score_sentences(self, vectors: Sequence[Vector], keys: Sequence[Sequence[int]]) -> list[Scores]:
        """For each vector the cosines of its passages' best sentences, in the order of their keys.

        NaN for passages without vectors of sentences, which are all of them in a store that keeps none.
        """
        ...

    def get(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages that exist, in the order asked for."""
        ...

    def get_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that exist, by their keys."""
        ...

    def vectors_by_key(self, keys: Sequence[int]) -> Matrix:
        """The stored dense vectors of existing passages, in the order asked for.

        Raises:
            StoreError: a key is not in the store.
        """
        ...

    def vectors(self, passage_ids: Sequence[str]) -> Matrix:
        """The stored dense vectors of existing passages, in the order asked for.

        Raises:
            StoreError: an id is not in the store.
        """
        ...

    def scroll(self) -> Iterator[Passage]:
        """Every passage once, in no particular order, without loading all at once."""
        ...

    def count(self, where: Where = EVERYWHERE) -> int:
        """How many passages match."""
        ...

    def close(self) -> None:
        """Releases files, locks and connections; a second call does nothing."""
        ...


class Retriever(Protocol):
    """Finds passages for a text query."""

    @property
    def name(self) -> str:
        """Canonical name, such as ``rrf(bm25,dense)``."""
        ...

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """At most ``k`` hits, best first. An empty query finds nothing."""
        ...

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """``search`` for each query, the same results, with the work shared."""
        ...
