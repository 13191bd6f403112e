"""The order of hits, where an engine's own order ends."""

from __future__ import annotations

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.stores.ranking import Scored, best, ranked


def scored(name: str, score: float) -> Scored:
    return Scored(score, Passage(name, "d", "c", 0, (), "", 0, 0, Biblio("")))


def test_scores_that_differ_in_the_seventh_digit_tie() -> None:
    hits = ranked([scored("b", 0.5000001), scored("a", 0.4999999), scored("c", 0.50002)], 3, "dense")
    assert [(hit.passage.id, hit.score, hit.rank) for hit in hits] == [("c", 0.50002, 1), ("a", 0.5, 2), ("b", 0.5, 3)]


def test_more_is_fetched_until_the_last_hit_ties_with_nothing_unseen() -> None:
    everything = [scored(f"n{number:03}", 1.0) for number in reversed(range(300))]
    limits = []

    def fetch(limit: int) -> list[Scored]:
        limits.append(limit)
        return everything[:limit]

    assert [hit.passage.id for hit in best(fetch, 2, "dense")] == ["n000", "n001"]
    assert limits == [18, 72, 288, 1152]


def test_one_request_is_enough_where_the_cut_is_clear() -> None:
    everything = [scored(f"n{number:03}", 1 - number / 1000) for number in range(300)]
    limits = []

    def fetch(limit: int) -> list[Scored]:
        limits.append(limit)
        return everything[:limit]

    assert len(best(fetch, 50, "dense")) == 50
    assert limits == [66]


def test_nothing_is_asked_for_no_hits() -> None:
    assert best(lambda limit: 1 / 0, 0, "dense") == []  # type: ignore[arg-type,return-value]
    assert best(lambda limit: 1 / 0, -1, "dense") == []  # type: ignore[arg-type,return-value]
