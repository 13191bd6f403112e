"""Two editions of one text have one wording; whatever says something else has another."""

from __future__ import annotations

import time

import pytest

from wardround.corpora.american import american
from wardround.corpora.wording import bare_words, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("follow‑up – at 5–10 days", "follow-up - at 5-10 days"),
        ("Na\u00efve Sj\u00f6gren's ﬁbrosis", "NAIVE Sjogren’s fibrosis"),
        ("p &lt; .05 &amp; CI", "p < 0.05 and CI"),
        ("eGFR >= 60, 3 +/- 1", "eGFR ≥60, 3±1"),
        ("20 mg, 1,200 µg", "20mg; 1200 μg"),
        ("IL-6 and β-blockers", "IL6 (and β blockers)"),
        (
            "Haemorrhage, oedema; tumours were randomised at centres",
            "hemorrhage edema tumors were randomized at centers",
        ),
    ],
)
def test_typography_and_spelling_are_no_wording(one: str, other: str) -> None:
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10⁹", "109"),
        ("HbA1c <7%", "HbA1c >7%"),
        ("a = b", "a ≠ b"),
        ("5-10", "5 10"),
        ("1,5", "15"),
        ("1.5", "1 5"),
        ("120/80", "120-80"),
        ("-2 mmol", "2 mmol"),
        ("5%", "5"),
        ("type A", "type"),
    ],
)
def test_signs_are_wording(one: str, other: str) -> None:
    assert words(one) != words(other)
    assert bare_words(one) != bare_words(other)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Results: none.", ["none"]),
        ("It works. CONCLUSIONS We agree.", ["it", "works", "we", "agree"]),
        ("Authors' conclusions: give it. Background and aims. Gout.", ["give", "it", "gout"]),
        ("The methods: a review", ["methods", "a", "review"]),
        ("Background retinopathy is common.", ["background", "retinopathy", "is", "common"]),
        ("Contraindications: gout.", ["contraindications", "gout"]),
        ("RESULTS SHOW HARM", ["results", "show", "harm"]),
        ("Stop. © 2016 by John Wiley & Sons, Inc.", ["stop"]),
        ("Stop. Copyright 2016 Elsevier. Not in pregnancy.", words("Stop Copyright 2016 Elsevier Not in pregnancy")),
        ("© 2016 Elsevier. Stop it now", words("2016 Elsevier Stop it now")),
    ],
)
def test_labels_and_notices_are_left_out_and_nothing_else(text: str, bare: list[str]) -> None:
    assert bare_words(text) == bare


@pytest.mark.parametrize(
    ("british", "spelt"),
    [
        ("haemorrhage", "hemorrhage"),
        ("aetiology", "etiology"),
        ("behavioural", "behavioral"),
        ("litres", "liters"),
        ("stabilisation", "stabilization"),
        ("analysed", "analyzed"),
        ("sulphate", "sulfate"),
    ],
)
def test_british_spellings_are_american_ones(british: str, spelt: str) -> None:
    assert american(british) == american(spelt) == spelt


@pytest.mark.parametrize(
    ("one", "other"), [("scoured", "scored"), ("filled", "filed"), ("four", "for"), ("poured", "pored")]
)
def test_words_that_mean_different_things_stay_apart(one: str, other: str) -> None:
    assert american(one) != american(other)


@pytest.mark.parametrize(
    "piece", ["A..", "© 2016 A.. ", "Results, ", "Methods and ", "&", "1,000", ".1", "- 5 ", "(ABSTRACT TRUNCATED"]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    bare_words(f"{piece * 3000}!")
    assert time.process_time() - started < 2
