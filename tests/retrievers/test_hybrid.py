"""How the two rankings become one, and that no query is embedded twice."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import IndexedPassage, Matrix
from wardround.retrievers.query_vectors import QueryVectors
from wardround.retrievers.settings import Bm25Settings, FusionSettings
from wardround.retrievers.stores.memory import MemoryStore


class LetterEmbedder:
    """Texts are close that use the same letters; keeps every batch it was given."""

    dimension = 26
    max_tokens = 1000
    fingerprint = "letters"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        self.batches.append(list(texts))
        counts = np.array([[text.count(chr(97 + i)) for i in range(26)] for text in texts], dtype=np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)

    embed_queries = embed_passages

    def count_tokens(self, text: str) -> int:
        return len(text)


TEXTS = {"a": "fever cough", "b": "cough", "c": "refev ghouc", "d": "zzz"}


@pytest.fixture
def embedder() -> LetterEmbedder:
    return LetterEmbedder()


def hybrid(embedder: LetterEmbedder, fusion: FusionSettings | None = None) -> HybridRetriever:
    store, encoder = MemoryStore(26), Bm25Encoder(Bm25Settings(), 1.5)
    for name, text in TEXTS.items():
        passage = Passage(name, name, "c", 0, (), text, 0, len(text), Biblio(title=""))
        store.upsert([IndexedPassage(passage, embedder.embed_passages([text])[0], encoder.encode_passage(text))])
    embedder.batches.clear()
    return HybridRetriever(store, embedder, encoder, fusion)


def test_the_fused_order_by_hand(embedder: LetterEmbedder) -> None:
    hits = hybrid(embedder).search("fever cough", 4)
    # BM25: a, b. Dense: a and c tie (the same letters), so a, c, b, d.
    assert [(hit.passage.id, hit.score) for hit in hits] == [
        ("a", pytest.approx(1 / 61 + 1 / 61)),
        ("b", pytest.approx(1 / 62 + 1 / 63)),
        ("c", pytest.approx(1 / 62)),
        ("d", pytest.approx(1 / 64)),
    ]
    assert hits[0].retriever == "rrf(bm25,dense)"


def test_the_parts_are_what_was_fused(embedder: LetterEmbedder) -> None:
    (parts,) = hybrid(embedder).search_parts(["fever cough"], 1)
    assert {name: [hit.passage.id for hit in hits] for name, hits in parts.items()} == {
        "bm25": ["a", "b"],
        "dense": ["a", "c", "b", "d"],
    }


def test_depth_limits_what_a_ranking_contributes_but_not_below_k(embedder: LetterEmbedder) -> None:
    retriever = hybrid(embedder, FusionSettings(depth=1))
    assert [hit.passage.id for hit in retriever.search("cough", 1)] == ["b"]
    assert len(retriever.search("cough", 4)) == 4


def test_queries_are_embedded_together_and_once(embedder: LetterEmbedder) -> None:
    retriever = hybrid(embedder)
    retriever.search_many(["fever", "", "cough", "fever"], 2)
    retriever.search("cough", 2)
    retriever.search_many(["zzz", "fever"], 2)
    assert embedder.batches == [["fever", "cough"], ["zzz"]]


def test_the_query_used_longest_ago_is_forgotten(embedder: LetterEmbedder) -> None:
    vectors = QueryVectors(embedder, kept=2)
    for query in ("a", "b", "a", "c", "a", "b"):
        vectors.of([query])
    assert embedder.batches == [["a"], ["b"], ["c"], ["b"]]


def test_threads_share_one_retriever(embedder: LetterEmbedder) -> None:
    retriever = hybrid(embedder)
    queries = ["fever", "cough", "zzz", "fever cough"] * 20
    alone = [retriever.search(query, 4) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda query: retriever.search(query, 4), queries)) == alone
