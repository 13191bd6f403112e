"""The convex combination and its feedback, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.convex import ConvexRetriever, combined, scaled_by_best, towards_best
from wardround.retrievers.protocols import IndexedPassage, Matrix
from wardround.retrievers.settings import Bm25Settings, ConvexSettings
from wardround.retrievers.stores.memory import MemoryStore


class FixedEmbedder:
    """Every text is the first axis."""

    dimension = 2
    max_tokens = 100
    fingerprint = "fixed"

    def embed_passages(self, texts: list[str]) -> Matrix:
        return np.tile(np.array([1, 0], dtype=np.float32), (len(texts), 1))

    embed_queries = embed_passages

    def count_tokens(self, text: str) -> int:
        return len(text)


def retriever(**settings: float) -> ConvexRetriever:
    store, encoder = MemoryStore(2), Bm25Encoder(Bm25Settings(), 1.0)
    for name, text, vector in [("a", "fever", (0.6, 0.8)), ("b", "cough", (0.8, 0.6)), ("c", "rash", (0, 1))]:
        passage = Passage(name, name, "c", 0, (), text, 0, len(text), Biblio(title=""))
        store.upsert([IndexedPassage(passage, np.array(vector, dtype=np.float32), encoder.encode_passage(text))])
    return ConvexRetriever(store, FixedEmbedder(), encoder, ConvexSettings.model_validate(settings))


def test_the_score_by_hand_without_feedback() -> None:
    hits = retriever(dense_share=0.7, feedback_passages=0).search("fever", 5)
    # a: 0.3 * 1 + 0.7 * 0.6, b: 0.7 * 0.8, c: 0
    assert [(hit.passage.id, hit.score) for hit in hits] == [("a", 0.72), ("b", 0.56), ("c", 0.0)]
    assert hits[0].retriever == "convex(bm25,dense)"


def test_a_candidate_of_one_ranking_only_gets_its_true_cosine() -> None:
    hits = retriever(dense_share=0.7, feedback_passages=0, depth=1).search("fever", 1)
    assert [(hit.passage.id, hit.score) for hit in hits] == [("a", 0.72)]


def test_feedback_by_hand() -> None:
    hits = retriever(dense_share=1, feedback_passages=1, feedback_strength=1).search("fever", 5)
    # The best is b: (1, 0) + (0.8, 0.6) = (1.8, 0.6), of length sqrt(3.6)
    assert [(hit.passage.id, hit.score) for hit in hits] == [
        ("b", pytest.approx((1.8 * 0.8 + 0.6 * 0.6) / 3.6**0.5, abs=2e-6)),
        ("a", pytest.approx((1.8 * 0.6 + 0.6 * 0.8) / 3.6**0.5, abs=2e-6)),
        ("c", pytest.approx(0.6 / 3.6**0.5, abs=2e-6)),
    ]


def test_the_best_of_each_query_counts_as_one() -> None:
    assert scaled_by_best({"a": 4.0, "b": 1.0}, ["a", "b", "c"]).tolist() == [1, 0.25, 0]
    assert scaled_by_best({}, ["a"]).tolist() == [0]
    assert combined(np.array([1.0, 0]), np.array([0.5, 1.0]), 0.5).tolist() == [0.75, 0.5]


def test_candidates_that_score_nothing_pull_nothing() -> None:
    query = np.array([1, 0], dtype=np.float32)
    rows = np.array([[0, 1], [0, -1]], dtype=np.float32)
    assert towards_best(query, rows, np.array([0.0, -0.5]), ConvexSettings()).tolist() == [1, 0]
