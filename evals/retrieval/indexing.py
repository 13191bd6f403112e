"""A judged set in a store, ready to be searched by every retriever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.retrievers.analysis_choice import choose_analysis
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.index.embedding import PassageVectors
from wardround.retrievers.index.embedding_cache import EmbeddingCache
from wardround.retrievers.index.sentence_vectors import sentence_vectors
from wardround.retrievers.protocols import Embedder, IndexedPassage, PassageStore
from wardround.retrievers.settings import Bm25Settings, Quantization
from wardround.retrievers.stores.edge import EdgeStore

_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class JudgedIndex:
    """The store that holds the set's passages, and the encoder they were stored with.

    Attributes:
        truncated: how many passages are longer than the embedder reads, so that their vectors are of the beginning.
    """

    store: PassageStore
    encoder: Bm25Encoder
    truncated: int


def index_judged_set(
    judged: JudgedSet,
    embedder: Embedder,
    settings: Bm25Settings,
    folder: Path,
    cache: Path,
    on_done: Callable[[int], None],
    *,
    sentences: bool = False,
    quantization: Quantization = "none",
) -> JudgedIndex:
    """Stores the passages of ``judged`` in ``folder``, which must not hold a store yet.

    Args:
        judged: what to store.
        embedder: of the dense vectors.
        settings: of BM25.
        folder: of the new store; the caller closes the store and removes the folder.
        cache: file that keeps dense vectors over sets and runs, since embedding takes most of the time.
        on_done: called with the number of passages that have their vectors.
        sentences: keep vectors of sentences, too.
        quantization: of the vectors that are scanned.
    """
    analysis = choose_analysis(settings.analysis)
    encoder = Bm25Encoder(settings, average_length((one.contents for one in judged.passages), analysis))
    store = EdgeStore.create(folder, embedder.dimension, sentences=sentences, quantization=quantization)
    remembered = EmbeddingCache(cache, embedder.fingerprint, embedder.dimension)
    vectors = PassageVectors(embedder, remembered, on_done)
    of_sentences = PassageVectors(embedder, remembered, lambda done: None)
    for start in range(0, len(judged.passages), _AT_ONCE):
        batch = judged.passages[start : start + _AT_ONCE]
        rows = vectors.of([passage.contents for passage in batch])
        parts = sentence_vectors(batch, of_sentences) if sentences else [None] * len(batch)
        store.upsert(
            [
                IndexedPassage(passage, row, encoder.encode_passage(passage.contents), part)
                for passage, row, part in zip(batch, rows, parts, strict=True)
            ]
        )
    remembered.close()
    store.seal()
    return JudgedIndex(store, encoder, vectors.truncated)
