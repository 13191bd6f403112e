"""The convex combination, its feedback and its smoothing, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.candidate_scores import combined, scaled_by_best, smoothed, towards_best
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import IndexedPassage, Matrix
from wardround.retrievers.settings import Bm25Settings, ConvexSettings, FusionSettings
from wardround.retrievers.stores.memory import MemoryStore

PLAIN = {"feedback_passages": 0, "neighbours": 0}


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


ENCODER = Bm25Encoder(Bm25Settings(), 1.0)


def indexed(name: str, text: str, vector: tuple[float, float], same_as: tuple[str, ...] = ()) -> IndexedPassage:
    passage = Passage(name, name, "c", 0, (), text, 0, len(text), Biblio(title=""), same_as)
    return IndexedPassage(passage, np.array(vector, dtype=np.float32), ENCODER.encode_passage(text))


PASSAGES = [indexed("a", "fever", (0.6, 0.8)), indexed("b", "cough", (0.8, 0.6)), indexed("c", "rash", (0, 1))]


def retriever(passages: list[IndexedPassage] | None = None, **settings: float) -> ConvexRetriever:
    store = MemoryStore(2)
    store.upsert(PASSAGES if passages is None else passages)
    return ConvexRetriever(store, FixedEmbedder(), ENCODER, ConvexSettings.model_validate(settings))


def test_the_score_by_hand_without_further_passes() -> None:
    hits = retriever(dense_share=0.7, **PLAIN).search("fever", 5)
    # a: 0.3 * 1 + 0.7 * 0.6, b: 0.7 * 0.8, c: 0
    assert [(hit.passage.id, hit.score) for hit in hits] == [("a", 0.72), ("b", 0.56), ("c", 0.0)]
    assert hits[0].retriever == "convex(bm25,dense)"


def test_a_candidate_of_one_ranking_only_gets_its_true_score_in_the_other() -> None:
    by_meaning_only = retriever(dense_share=0.7, depth=1, **PLAIN).search("fever", 1)
    assert [(hit.passage.id, hit.score) for hit in by_meaning_only] == [("a", 0.72)]
    both = [indexed("a", "fever", (0.6, 0.8)), indexed("b", "fever chills", (0.8, 0.6))]
    (hit,) = retriever(both, dense_share=0.5, depth=1, **PLAIN).search("fever", 1)
    # BM25 ranks only a; b's true score is 1.9 / 2.26 of the best, without which 0.8 of a would win.
    assert (hit.passage.id, hit.score) == ("b", pytest.approx(0.5 * 1.9 / 2.26 + 0.5 * 0.8, abs=1e-4))


def test_half_of_the_likeness_may_be_that_of_the_best_sentence() -> None:
    long = replace(PASSAGES[2], sentences=np.array([[0, 1], [0.96, 0.28]], dtype=np.float32))
    hits = retriever([*PASSAGES[:2], long], dense_share=1, sentence_share=0.5, **PLAIN).search("fever", 3)
    assert [(hit.passage.id, hit.score) for hit in hits] == [("b", 0.8), ("a", 0.6), ("c", 0.48)]


def test_feedback_by_hand() -> None:
    hits = retriever(dense_share=1, feedback_passages=1, feedback_strength=1, neighbours=0).search("fever", 5)
    # The best is b: (1, 0) + (0.8, 0.6) = (1.8, 0.6), of length sqrt(3.6)
    assert [(hit.passage.id, hit.score) for hit in hits] == [
        ("b", pytest.approx((1.8 * 0.8 + 0.6 * 0.6) / 3.6**0.5, abs=1e-5)),
        ("a", pytest.approx((1.8 * 0.6 + 0.6 * 0.8) / 3.6**0.5, abs=1e-5)),
        ("c", pytest.approx(0.6 / 3.6**0.5, abs=1e-5)),
    ]


def test_passages_alike_share_their_scores() -> None:
    hits = retriever(dense_share=1, feedback_passages=0, neighbours=1, neighbour_share=0.5).search("fever", 3)
    # a and b are each other's neighbours, a is c's.
    assert [(hit.passage.id, hit.score) for hit in hits] == [
        ("a", pytest.approx(0.7)),
        ("b", pytest.approx(0.7)),
        ("c", pytest.approx(0.3)),
    ]


def test_smoothing_by_hand() -> None:
    rows = np.array([[1, 0], [0.8, 0.6], [0, -1]], dtype=np.float32)
    # 1 is alike 0 by 0.8; 2 is alike nobody and keeps its score.
    assert smoothed(np.array([1.0, 0.0, 0.5]), rows, 1, 0.25).tolist() == [0.75, 0.25, 0.5]
    assert smoothed(np.array([1.0]), rows[:1], 3, 0.25).tolist() == [1.0]


def test_one_hit_for_passages_that_say_the_same() -> None:
    twins = [indexed(f"t{number:02}", "fever", (0.6, 0.8), ("t00",) if number else ()) for number in range(30)]
    everyone = tuple(one.passage.id for one in twins)
    linked = [replace(one, passage=replace(one.passage, same_as=everyone)) for one in twins]
    hits = retriever([*linked, PASSAGES[1], PASSAGES[2]], **PLAIN).search("fever", 2)
    assert [(hit.passage.id, hit.rank) for hit in hits] == [("t00", 1), ("b", 2)]


def test_the_best_of_each_query_counts_as_one() -> None:
    assert scaled_by_best(np.array([4.0, 1.0, 0.0])).tolist() == [1, 0.25, 0]
    assert scaled_by_best(np.array([0.0])).tolist() == [0]
    assert combined(np.array([1.0, 0]), np.array([0.5, 1.0]), 0.5).tolist() == [0.75, 0.5]


def test_candidates_that_score_nothing_pull_nothing() -> None:
    query = np.array([1, 0], dtype=np.float32)
    rows = np.array([[0, 1], [0, -1]], dtype=np.float32)
    assert towards_best(query, rows, np.array([0.0, -0.5]), 0.4).tolist() == [1, 0]


def test_the_method_is_a_setting() -> None:
    chosen = [
        choose_retriever(MemoryStore(2), FixedEmbedder(), ENCODER, settings)
        for settings in (FusionSettings(), FusionSettings(method="rrf"))
    ]
    assert [type(one) for one in chosen] == [ConvexRetriever, HybridRetriever]
