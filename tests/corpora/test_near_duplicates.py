"""Texts that say the same in nearly the same words are found, and no others."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from wardround.corpora.near_duplicates import band_keys, say_the_same

WORDS = [f"word{number:03}".replace("0", "o").replace("1", "l").replace("2", "z") for number in range(400)]
ABSTRACT = (
    "Background: allopurinol lowers urate and is started low in gout. Methods: we followed 120 patients for two years "
    "after a flare and counted further flares, serum urate and adverse events in each group. Results: flares were "
    "rarer with slow titration. Conclusions: starting low and going slow does not delay the target."
)


def are_candidates(one: str, other: str) -> bool:
    return bool(set(band_keys(one)) & set(band_keys(other)))


@pytest.mark.parametrize(
    "other",
    [
        ABSTRACT,
        ABSTRACT.upper(),
        ABSTRACT.replace(":", "").replace(",", " ;"),
        ABSTRACT.replace("Background: ", "").replace("Conclusions: ", ""),
        ABSTRACT.replace("rarer", "less frequent"),
    ],
)
def test_another_edition_of_a_text_says_the_same(other: str) -> None:
    assert are_candidates(ABSTRACT, other)
    assert say_the_same(ABSTRACT, other)
    assert say_the_same(other, ABSTRACT)


@pytest.mark.parametrize(
    "other",
    [
        ABSTRACT.replace("120", "12"),
        ABSTRACT.replace("does not delay", "does delay"),
        ABSTRACT[: len(ABSTRACT) // 2],
        "",
    ],
)
def test_another_number_a_missing_negation_and_a_part_do_not_say_the_same(other: str) -> None:
    assert not say_the_same(ABSTRACT, other)


def test_nearly_all_pairs_that_are_alike_become_candidates() -> None:
    pairs = [(f"{seed} {ABSTRACT}", f"{seed} {ABSTRACT} And a few closing words more.") for seed in range(200)]
    assert all(say_the_same(one, other) for one, other in pairs)
    assert sum(are_candidates(one, other) for one, other in pairs) >= 198


def test_different_texts_hardly_ever_become_candidates() -> None:
    drawn = [" ".join(random.Random(seed).sample(WORDS, 150)) for seed in range(200)]
    assert sum(are_candidates(one, other) for one, other in pairwise(drawn)) == 0


def test_a_text_of_two_words_has_no_keys_and_says_the_same_as_nothing() -> None:
    assert band_keys("Two words.") == []
    assert not say_the_same("Two words.", "Two words.")
