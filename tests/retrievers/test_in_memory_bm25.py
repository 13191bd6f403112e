"""BM25 over a few attached passages."""

from __future__ import annotations

import math

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.settings import Bm25Settings


def attached(**texts: str) -> InMemoryBm25:
    passages = [
        Passage(f"own:{name}#0", f"own:{name}", "own", 0, (), text, 0, len(text), Biblio(title=""))
        for name, text in texts.items()
    ]
    return InMemoryBm25(passages, Bm25Settings(k1=1.2, b=0.75))


def test_the_score_by_hand() -> None:
    (hit,) = attached(a="fever fever cough", b="asthma").search("fever", 5)
    # df 1 of 2 passages, tf 2, length 3 at mean 2
    assert hit.score == pytest.approx(math.log(3 / 1) * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2)))


def test_a_word_that_every_passage_has_still_counts_for_them() -> None:
    hits = attached(a="warfarin", b="warfarin and bleeding", c="warfarin, bleeding, warfarin").search("warfarin", 5)
    assert len(hits) == 3
    assert all(hit.score > 0 for hit in hits)


def test_passages_without_the_words_are_not_found() -> None:
    assert attached(a="fever", b="cough").search("asthma", 5) == []


@pytest.mark.parametrize("texts", [{}, {"a": ""}, {"a": "of the", "b": "…"}])
def test_nothing_to_search_finds_nothing(texts: dict[str, str]) -> None:
    assert attached(**texts).search("fever", 5) == []


def test_the_same_id_twice_is_refused() -> None:
    passage = Passage("own:a#0", "own:a", "own", 0, (), "fever", 0, 5, Biblio(title=""))
    with pytest.raises(InputError, match="same id"):
        InMemoryBm25([passage, passage], Bm25Settings())
