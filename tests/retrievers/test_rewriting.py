"""Rewritten queries: the forms of each method, four-way fusion by rank and by score, and empty rewrites."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.prompts import RenderedPrompt
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import IndexedPassage, Matrix
from wardround.retrievers.rewriting.forms import FORMS, Forms
from wardround.retrievers.rewriting.planned import PlannedQueries
from wardround.retrievers.rewriting.retriever import Legs, RewritingRetriever
from wardround.retrievers.rewriting.rewriter import Rewrite, Rewriter
from wardround.retrievers.rewriting.writer import CASE, PassageWriter, Reply
from wardround.retrievers.settings import Bm25Settings, ConvexSettings, FusionSettings, RewritingSettings
from wardround.retrievers.stores.memory import MemoryStore

ENCODER = Bm25Encoder(Bm25Settings(), 2.0)
AXES = {"fever": 0, "malaria": 1, "gout": 2}


class WordEmbedder:
    """Each known word has an axis of its own."""

    dimension, max_tokens, fingerprint = 4, 100, "words"

    def embed_passages(self, texts: list[str]) -> Matrix:
        rows = np.zeros((len(texts), 4), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[[AXES.get(word, 3) for word in text.split()]] = 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    embed_queries = embed_passages

    def count_tokens(self, text: str) -> int:
        return len(text.split())


STORE = MemoryStore(4)
for word in ("fever", "malaria", "gout"):
    passage = Passage(word, word, "c", 0, (), word, 0, len(word), Biblio(title=""))
    STORE.upsert([IndexedPassage(passage, WordEmbedder().embed_passages([word])[0], ENCODER.encode_passage(word))])


class Scripted:
    """Replies in turn, and remembers what it was asked."""

    def __init__(self, *replies: str | Reply) -> None:
        self.replies = list(replies)
        self.prompts: list[RenderedPrompt] = []

    def __call__(self, prompt: RenderedPrompt) -> Reply:
        self.prompts.append(prompt)
        reply = self.replies.pop(0)
        return reply if isinstance(reply, Reply) else Reply(reply)


BY_RANK = FusionSettings(method="rrf")
BY_SCORE = FusionSettings(convex=ConvexSettings(feedback_passages=0, neighbours=0))


def searching(
    rewriter: Rewriter, legs: Legs = "fused", fusion: FusionSettings = BY_RANK, **counts: float
) -> RewritingRetriever:
    settings = RewritingSettings(**counts)
    return RewritingRetriever(STORE, WordEmbedder(), ENCODER, rewriter, legs, fusion, settings)


def retriever(model: Scripted, method: str = "hyde", legs: Legs = "fused") -> RewritingRetriever:
    return searching(PassageWriter(model, method), legs)  # type: ignore[arg-type]  # parametrised


def ids(hits: list) -> list[str]:
    return [hit.passage.id for hit in hits]


def test_each_method_searches_for_the_forms_it_was_published_with() -> None:
    assert {method: forms("q", "p") for method, forms in FORMS.items()} == {
        "hyde": Forms("p", ("q", "p")),
        "query2doc": Forms("q q p", ("q [SEP] p",)),
        "lamer": Forms("q p", ("q", "p")),
    }


def test_by_words_hyde_looks_for_the_written_passage_alone() -> None:
    hits = retriever(Scripted("malaria"), legs="bm25").search("fever", 3)
    assert (ids(hits), hits[0].retriever) == (["malaria"], "hyde-bm25")


def test_by_meaning_it_looks_for_the_mean_of_query_and_passage() -> None:
    # fever and malaria are equally near to the mean, gout is not near at all.
    assert ids(retriever(Scripted("malaria"), legs="dense").search("fever", 3)) == ["fever", "malaria", "gout"]


def test_four_rankings_are_fused_by_rank() -> None:
    hits = retriever(Scripted("malaria")).search("fever", 3)
    assert ids(hits) == ["fever", "malaria", "gout"]
    # fever: first by words and meaning of the query, and first (by id) by meaning of the rewrite.
    assert hits[0].score == pytest.approx(3 / 61)
    assert hits[1].score == pytest.approx(1 / 61 + 1 / 62 + 1 / 63)
    assert hits[0].retriever == "rrf(bm25,dense,hyde-bm25,hyde-dense)"


def test_ranks_of_rewrites_and_of_dense_rankings_weigh_what_the_settings_say() -> None:
    weighed = BY_RANK.model_copy(update={"rrf_dense_weight": 2.0})
    hits = searching(PassageWriter(Scripted("malaria"), "hyde"), fusion=weighed, rrf_weight=0.5).search("fever", 3)
    scores = {hit.passage.id: hit.score for hit in hits}
    # fever: first by words, first by meaning (2), first by meaning of the rewrite (2 * .5).
    assert scores["fever"] == pytest.approx((1 + 2 + 1) / 61)
    # malaria: third by meaning (by id among equals), first by words of the rewrite, second by its meaning.
    assert scores["malaria"] == pytest.approx(2 / 63 + 0.5 / 61 + 1 / 62)


def test_four_rankings_are_fused_by_score() -> None:
    hyde = searching(PassageWriter(Scripted("malaria"), "hyde"), fusion=BY_SCORE, share=0.25)
    hits = hyde.search("fever", 3)
    assert hits[0].retriever == "convex(bm25,dense,hyde-bm25,hyde-dense)"
    # By words fever has 3/4 and malaria 1/4. The vector is 3/4 of fever and 1/4 of the mean of fever and malaria.
    aside = 0.25 / np.sqrt(2)
    length = np.hypot(0.75 + aside, aside)
    assert [(hit.passage.id, hit.score) for hit in hits] == [
        ("fever", pytest.approx(0.3 * 0.75 + 0.7 * (0.75 + aside) / length, abs=1e-5)),
        ("malaria", pytest.approx(0.3 * 0.25 + 0.7 * aside / length, abs=1e-5)),
        ("gout", 0),
    ]


def test_by_score_a_rewrite_without_a_share_changes_nothing() -> None:
    plain = ConvexRetriever(STORE, WordEmbedder(), ENCODER).search("fever malaria", 3)
    unheard = searching(PassageWriter(Scripted("gout"), "query2doc"), fusion=FusionSettings(), share=0)
    assert [(hit.passage.id, hit.score) for hit in unheard.search("fever malaria", 3)] == [
        (hit.passage.id, hit.score) for hit in plain
    ]


@pytest.mark.parametrize("reply", ["", "  \n"])
def test_an_empty_rewrite_leaves_the_query_as_it_is(reply: str) -> None:
    for fusion, plain in (
        (BY_RANK, HybridRetriever(STORE, WordEmbedder(), ENCODER)),
        (BY_SCORE, ConvexRetriever(STORE, WordEmbedder(), ENCODER, BY_SCORE.convex)),
    ):
        fused = searching(PassageWriter(Scripted(reply), "hyde"), fusion=fusion)
        assert [(hit.passage.id, hit.score) for hit in fused.search("fever", 3)] == [
            (hit.passage.id, hit.score) for hit in plain.search("fever", 3)
        ]
    assert ids(retriever(Scripted(reply), legs="bm25").search("fever", 3)) == ["fever"]


def test_lamer_shows_the_model_what_a_first_search_found() -> None:
    model = Scripted("gout")
    retriever(model, "lamer", "bm25").search("fever", 3)
    assert "[1] fever" in model.prompts[0].user


def test_the_passage_is_one_line_and_it_is_told_whether_the_model_had_thought() -> None:
    model = Scripted(Reply(" malaria\n\nof  the brain ", thought=True), Reply("", thought=True))
    writer = PassageWriter(model, "lamer", CASE)
    assert [writer.rewrite("q") for _ in range(2)] == [
        Rewrite((Forms("q malaria of the brain", ("q", "malaria of the brain")),), thought=True),
        Rewrite((), thought=True),
    ]
    assert "Write a similar case" in model.prompts[0].user


def test_whoever_wants_to_know_is_told_what_became_of_each_query() -> None:
    told: list[tuple[str, Rewrite]] = []
    writer = PassageWriter(Scripted("malaria", ""), "hyde")
    watched = RewritingRetriever(STORE, WordEmbedder(), ENCODER, writer, on_rewrite=lambda *both: told.append(both))
    watched.search_many(["fever", "gout"], 1)
    assert told == [("fever", Rewrite((Forms("malaria", ("fever", "malaria")),))), ("gout", Rewrite(()))]


def test_an_empty_query_asks_the_model_nothing() -> None:
    model = Scripted()
    assert retriever(model).search_many(["", "  "], 3) == [[], []]
    assert model.prompts == []


def test_a_planners_queries_are_searched_for_beside_the_query() -> None:
    seen = []

    def plan(query: str, found: Sequence[Passage]) -> list[str]:
        seen.append((query, [passage.id for passage in found]))
        return {"fever": ["malaria", " ", "fever"], "gout": []}[query]

    planner = PlannedQueries(plan, reads=2, fingerprint="by hand")
    by_words = searching(planner, "bm25")
    # Each is first for one query and absent for the other, so that the id decides.
    assert [ids(hits) for hits in by_words.search_many(["fever", "gout", ""], 5)] == [
        ["fever", "malaria"],
        ["gout"],
        [],
    ]
    assert seen == [("fever", ["fever"]), ("gout", ["gout"])]
    fused = searching(planner, fusion=BY_SCORE, share=0.4).search("fever", 5)
    assert [(hit.passage.id, round(hit.score, 3)) for hit in fused] == [
        ("fever", round(0.3 * 0.6 + 0.7 * 0.6 / np.hypot(0.6, 0.4), 3)),
        ("malaria", round(0.3 * 0.4 + 0.7 * 0.4 / np.hypot(0.6, 0.4), 3)),
        ("gout", 0),
    ]
