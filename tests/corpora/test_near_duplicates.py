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
        ABSTRACT.replace(":", ".").replace(",", " ;"),
        ABSTRACT.replace("Background: ", "").replace("Conclusions: ", ""),
        ABSTRACT.replace("Background:", "BACKGROUND").replace("Methods: we", "METHODS We"),
        ABSTRACT.replace("Methods:", "Materials and methods:"),
        f"{ABSTRACT} Copyright © 2019 The Authors. Published by Elsevier Ltd. All rights reserved.",
        f"{ABSTRACT} (ABSTRACT TRUNCATED AT 250 WORDS)",
        f"Starting allopurinol low and slow in gout\n{ABSTRACT}",
    ],
)
def test_another_edition_of_a_text_says_the_same(other: str) -> None:
    assert are_candidates(ABSTRACT, other)
    assert say_the_same(ABSTRACT, other)
    assert say_the_same(other, ABSTRACT)


GUIDELINE = (
    "In adults with rheumatoid arthritis and an eGFR of 60 or more, methotrexate is recommended as first treatment, "
    "once a week and with folic acid. Monitor blood count, liver enzymes and creatinine every four weeks at first and "
    "then every three months. Aspirin is better than paracetamol before surgery if the INR is <1.5, at 75-150 mg a day."
)


@pytest.mark.parametrize(
    ("words", "others"),
    [
        ("recommended", "contraindicated"),
        ("adults", "children"),
        ("methotrexate", "leflunomide"),
        ("once a week", "once a day"),
        ("60 or more", "60 or less"),
        ("first treatment", "last treatment"),
        ("better", "worse"),
        ("Aspirin is better than paracetamol", "Paracetamol is better than aspirin"),
        ("before surgery", "after surgery"),
        ("with folic acid", "without folic acid"),
        ("is recommended", "is rarely recommended"),
        ("is recommended", "is recommended unless pregnant"),
        ("is recommended", "may be recommended"),
        ("and creatinine", "or creatinine"),
        ("<1.5", ">1.5"),
        ("<1.5", "≤1.5"),
        ("75-150", "75, 150"),
        ("75-150", "-75, 150"),
        ("1.5", "15"),
        ("1.5", ".5"),
        ("150 mg", "150 g"),
        ("every three months.", "every three months. Not in pregnancy."),
    ],
)
def test_one_word_or_sign_that_changes_what_is_said_parts_two_texts(words: str, others: str) -> None:
    assert words in GUIDELINE
    other = GUIDELINE.replace(words, others)
    assert not say_the_same(GUIDELINE, other)
    assert not say_the_same(other, GUIDELINE)


def test_texts_from_one_form_on_two_diseases_do_not_say_the_same() -> None:
    form = (
        "Treatment of {0} > How is it found?\nThe Human Phenotype Ontology has collected information on how often a "
        "sign occurs in a condition, and much of it comes from a database of rare diseases. The frequency of a sign is "
        "listed as a rough estimate of the share of patients who have that feature in {0}, and may be incomplete."
    )
    stickler, waardenburg = form.format("Stickler syndrome"), form.format("Waardenburg syndrome")
    assert are_candidates(stickler, waardenburg)
    assert not say_the_same(stickler, waardenburg)


@pytest.mark.parametrize(
    "title",
    [
        "Contraindications",
        "Methotrexate",
        "Doses > Adults",
        "Not first treatment in adults with rheumatoid arthritis",
        "Leflunomide as first treatment in adults with arthritis",
        "Methotrexate is recommended every three months in adults.",
    ],
)
def test_a_heading_over_one_of_two_texts_parts_them_unless_it_is_a_title_of_the_texts_own_words(title: str) -> None:
    assert not say_the_same(GUIDELINE, f"{title}\n{GUIDELINE}")
    assert not say_the_same(f"{title}\n{GUIDELINE}", GUIDELINE)


def test_texts_under_two_titles_do_not_say_the_same() -> None:
    titles = ("First treatment of adults with rheumatoid arthritis", "Blood count and liver enzymes every three months")
    one, other = (f"{title}\n{GUIDELINE}" for title in titles)
    assert say_the_same(one, GUIDELINE)
    assert say_the_same(other, GUIDELINE)
    assert not say_the_same(one, other)


@pytest.mark.parametrize(
    "other",
    [
        ABSTRACT.replace("120", "12"),
        ABSTRACT.replace("rarer", "less frequent"),
        ABSTRACT.replace("does not delay", "does delay"),
        ABSTRACT[: len(ABSTRACT) // 2],
        "",
    ],
)
def test_another_number_a_missing_negation_and_a_part_do_not_say_the_same(other: str) -> None:
    assert not say_the_same(ABSTRACT, other)


def test_nearly_all_pairs_that_are_alike_become_candidates() -> None:
    closing = "© 2019 Some Society. All rights reserved."
    pairs = [(f"{seed} {ABSTRACT}", f"{seed} {ABSTRACT} {closing}") for seed in range(200)]
    assert all(say_the_same(one, other) for one, other in pairs)
    assert sum(are_candidates(one, other) for one, other in pairs) >= 198


def test_different_texts_hardly_ever_become_candidates() -> None:
    drawn = [" ".join(random.Random(seed).sample(WORDS, 150)) for seed in range(200)]
    assert sum(are_candidates(one, other) for one, other in pairwise(drawn)) == 0


def test_a_text_of_two_words_has_no_keys_and_says_the_same_as_nothing() -> None:
    assert band_keys("Two words.") == []
    assert not say_the_same("Two words.", "Two words.")


def test_texts_of_labels_alone_do_not_say_the_same() -> None:
    assert not say_the_same("Background: Methods: Results: Conclusions:", "Objective: Design: Findings: Summary:")
