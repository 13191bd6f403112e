"""The index terms of clinical text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardround.retrievers.analysis import STOP_WORDS, analyse


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Antibiotics should be given within one hour.", ["antibiot", "given", "within", "one", "hour"]),
        ("TNF-α", ["tnf", "alpha", "tnfalpha"]),
        ("HbA1c", ["hba1c"]),
        ("5-HT3", ["5", "ht3", "5ht3"]),
        ("p.Val600Glu", ["p", "val600glu", "pval600glu"]),
        ("CHA2DS2-VASc", ["cha2ds2", "vasc", "cha2ds2vasc"]),
        ("2.5 mg/dL", ["2.5", "mg", "dl", "mgdl"]),
        ("IL-6", ["il", "6", "il6"]),
        ("Crohn's disease", ["crohn", "diseas"]),
        ("double-blind", ["doubl", "blind"]),
        ("αβ T cells", ["alpha", "beta", "alphabeta", "t", "cell"]),
        ("λόγος", ["λογος"]),
        ("no fever, not septic", ["no", "fever", "not", "septic"]),
        ("What is the?", []),
        ("", []),
        ("…!?\n\t", []),
        ("心臓が", ["心臓が"]),
        # The voiced mark of か makes another letter: it is no accent.
        ("が", ["が"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms


@pytest.mark.parametrize(
    "spellings",
    [
        ("TNF-α", "TNFα", "TNF-alpha", "tnf‑Α"),
        ("CHA₂DS₂-VASc", "CHA2DS2–VASc"),
        ("5 µg", "5 μg", "5ug", "5 mcg", "5mcg"),
        ("20mg", "20 mg", "20 MG"),
        ("1,000 mg", "1000mg"),
        ("Sjögren", "Sjogren", "SJO\u0308GREN"),
        ("ﬁbrosis", "fibrosis"),
        ("Crohn’s", "Crohn's", "Crohn"),
    ],
)
def test_spellings_that_mean_the_same_give_the_same_terms(spellings: tuple[str, ...]) -> None:
    assert len({tuple(analyse(spelling)) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("asked", "written"),
    [("IL6", "IL-6"), ("5HT3", "5-HT3"), ("betalactam", "β-lactam"), ("alpha", "TNFα"), ("VASc", "CHA2DS2-VASc")],
)
def test_a_name_is_found_by_its_parts_and_without_its_hyphen(asked: str, written: str) -> None:
    assert set(analyse(asked)) <= set(analyse(written))


def test_numbers_are_not_joined_where_they_only_stand_together() -> None:
    assert analyse("references 12,13 and 1.5-2.5") == ["refer", "12", "13", "1.5", "2.5"]


def test_stop_words_are_in_the_form_they_are_compared_in() -> None:
    assert all(word == word.lower() and word.isascii() for word in STOP_WORDS)


@given(st.text())
def test_every_text_has_terms_without_white_space(text: str) -> None:
    assert all(term and not any(letter.isspace() for letter in term) for term in analyse(text))


@given(st.text(), st.text())
def test_terms_do_not_depend_on_what_stands_in_other_lines(first: str, second: str) -> None:
    assert analyse(f"{first}\n{second}") == analyse(first) + analyse(second)


@pytest.mark.parametrize("unit", ["a", "a-", "1.1", "1", "1.", "α", "1,000", "μg", "'", "ag\u0301", "5m"])
def test_time_is_linear_in_the_length(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "x"
    started = time.process_time()
    analyse(text)
    assert time.process_time() - started < 2
