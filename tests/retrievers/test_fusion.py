"""Reciprocal rank fusion: by hand, by its properties, and against Qdrant's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.fusion import fuse, fused_name, reciprocal_rank_scores
from wardround.retrievers.protocols import Hit

RANKINGS = st.lists(st.lists(st.sampled_from("abcdefghij"), unique=True), max_size=4)


def hits(names: str, retriever: str) -> list[Hit]:
    return [
        Hit(Passage(name, name, "c", 0, (), name, 0, 1, Biblio(title="")), 1 / rank, rank, retriever)
        for rank, name in enumerate(names, start=1)
    ]


def test_three_short_lists_by_hand() -> None:
    scores = reciprocal_rank_scores(["abc", "bcd", "ac"], rrf_k=60)
    assert scores == pytest.approx(
        {
            "c": 1 / 63 + 1 / 62 + 1 / 62,  # 0.0481311
            "a": 1 / 61 + 1 / 61,  # 0.0327869
            "b": 1 / 62 + 1 / 61,  # 0.0325225
            "d": 1 / 63,  # 0.0158730
        }
    )
    assert list(scores) == ["c", "a", "b", "d"]


def test_weights_multiply_a_rankings_share() -> None:
    scores = reciprocal_rank_scores(["ab", "ba"], rrf_k=1, weights=[3, 1])
    assert scores == pytest.approx({"a": 3 / 2 + 1 / 3, "b": 3 / 3 + 1 / 2})


def test_equal_scores_are_ordered_by_id() -> None:
    assert list(reciprocal_rank_scores(["zay", "ayz", "yza"], rrf_k=100)) == ["a", "y", "z"]


@given(RANKINGS, st.integers(1, 200), st.randoms(use_true_random=False))
def test_the_order_of_the_rankings_changes_nothing(rankings: list[list[str]], rrf_k: int, random) -> None:  # type: ignore[no-untyped-def]  # hypothesis' Random
    shuffled = list(rankings)
    random.shuffle(shuffled)
    assert list(reciprocal_rank_scores(rankings, rrf_k).items()) == list(
        reciprocal_rank_scores(shuffled, rrf_k).items()
    )


@given(st.lists(st.sampled_from("abcdefghij"), unique=True), st.integers(1, 200))
def test_one_ranking_alone_keeps_its_order(ranking: list[str], rrf_k: int) -> None:
    assert list(reciprocal_rank_scores([ranking], rrf_k)) == ranking


@given(RANKINGS, st.integers(1, 200))
def test_scores_are_bounded_and_nothing_is_lost(rankings: list[list[str]], rrf_k: int) -> None:
    scores = reciprocal_rank_scores(rankings, rrf_k)
    assert set(scores) == {name for ranking in rankings for name in ranking}
    assert all(0 < score <= len(rankings) / (rrf_k + 1) + 1e-12 for score in scores.values())


@given(st.lists(st.sampled_from("abcdefghij"), unique=True, min_size=2), RANKINGS, st.integers(1, 200))
def test_a_better_rank_never_lowers_a_passage(ranking: list[str], others: list[list[str]], rrf_k: int) -> None:
    last = ranking[-1]
    before = reciprocal_rank_scores([ranking, *others], rrf_k)
    after = reciprocal_rank_scores([[last, *ranking[:-1]], *others], rrf_k)
    assert after[last] > before[last]


def test_fused_hits_carry_new_ranks_and_the_name_of_the_fusion() -> None:
    fused = fuse({"bm25": hits("abc", "bm25"), "dense": hits("cd", "dense")}, k=3, rrf_k=60)
    assert [(hit.passage.id, hit.rank, hit.retriever) for hit in fused] == [
        ("c", 1, "rrf(bm25,dense)"),
        ("a", 2, "rrf(bm25,dense)"),
        ("b", 3, "rrf(bm25,dense)"),
    ]
    assert fused[0].score == pytest.approx(1 / 63 + 1 / 61)


def test_a_weight_of_zero_leaves_only_the_other_order() -> None:
    rankings = {"bm25": hits("abc", "bm25"), "dense": hits("cba", "dense")}
    fused = fuse(rankings, k=9, rrf_k=60, weights={"bm25": 0})
    assert [hit.passage.id for hit in fused] == ["c", "b", "a"]


def test_the_name_lists_its_parts() -> None:
    assert fused_name(["bm25", "dense", "hyde"]) == "rrf(bm25,dense,hyde)"


@pytest.mark.parametrize(
    ("rankings", "rrf_k", "weights", "message"),
    [
        (["aa"], 60, None, "same passage twice"),
        (["a"], 0, None, "rrf_k is 0"),
        (["a", "b"], 60, [1.0], "2 rankings need as many weights"),
        (["a"], 60, [-1.0], "none negative"),
    ],
)
def test_what_cannot_be_fused_is_refused(
    rankings: list[str], rrf_k: int, weights: list[float] | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        reciprocal_rank_scores(rankings, rrf_k, weights)


def test_a_weight_for_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"no ranking to weigh for \['bmm25'\]"):
        fuse({"bm25": []}, 5, 60, {"bmm25": 1})


@pytest.mark.parametrize("rrf_k", [60, 100])
def test_qdrants_own_fusion_gives_the_same_order(rrf_k: int, tmp_path: Path) -> None:
    """Qdrant counts positions from 0, so that our constant plus one is its constant."""
    import qdrant_edge as edge

    config = edge.EdgeConfig(
        vectors={name: edge.EdgeVectorParams(size=4, distance=edge.Distance.Dot) for name in ("first", "second")}
    )
    (tmp_path / "shard").mkdir()
    shard = edge.EdgeShard.create(str(tmp_path / "shard"), config)
    random = np.random.default_rng(7)
    vectors = random.normal(size=(30, 2, 4))
    shard.update(
        edge.UpdateOperation.upsert_points(
            [
                edge.Point(number, {"first": one.tolist(), "second": two.tolist()}, {})
                for number, (one, two) in enumerate(vectors)
            ]
        )
    )
    query = random.normal(size=4)
    prefetches = [
        edge.Prefetch(limit=20, query=edge.Query.Nearest(query.tolist(), using=name)) for name in ("first", "second")
    ]
    found = shard.query(
        edge.QueryRequest(limit=30, prefetches=prefetches, query=edge.Fusion.Rrf(k=rrf_k + 1), with_payload=False)
    )
    ours = reciprocal_rank_scores(
        [[f"{number:02}" for number in np.argsort(-(vectors[:, side] @ query))[:20]] for side in (0, 1)], rrf_k
    )
    theirs = {f"{point.id:02}": point.score for point in found}
    assert theirs == pytest.approx(ours, rel=1e-6)
    # Qdrant breaks ties its own way, so equal scores are put in our order before the comparison.
    assert sorted(theirs, key=lambda name: (-round(theirs[name], 7), name)) == list(ours)
