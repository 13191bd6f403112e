"""What a question says of the patient, where the words mislead."""

from __future__ import annotations

import pytest

from wardround.agent.quoting.qualifiers import (
    has_doses_of_its_own,
    qualifiers_of,
    speaks_to_a_qualifier,
    without_qualifiers,
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How far ahead of trying for a baby must methotrexate be stopped in a man?", ["pregnancy"]),
        ("Can she have a baby on leflunomide?", ["pregnancy"]),
        ("Paracetamol dose for a baby of 5 kg", ["children"]),
        ("Are babies given vitamin K?", ["children"]),
        ("What of methotrexate before conception?", ["pregnancy"]),
        ("Which contraception suits migraine?", []),
    ],
)
def test_a_baby_that_is_hoped_for_is_no_patient(question: str, names: list[str]) -> None:
    assert [one.name for one in qualifiers_of(question)] == names
    assert has_doses_of_its_own(question) == ("children" in names)


def test_words_on_conception_speak_to_those_who_hope_for_a_baby() -> None:
    rule = "Methotrexate must be discontinued at least 3 months before conception in both men and women."
    assert speaks_to_a_qualifier("Should a man who is trying for a baby stop methotrexate?", rule)
    assert not speaks_to_a_qualifier("Should a baby get methotrexate?", rule)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How much fluid should a 6-year-old with DKA get?", ["children"]),
        ("14yo with asthma: reliever?", ["adolescents"]),
        ("fever in a 4 y/o", ["children"]),
        ("An infection in somebody aged 9", ["children"]),
        ("An 8-week-old with fever", ["children"]),
        ("Is a 2-week-old thrombus lysed?", []),
        ("dating at a gestational age of 9 weeks", ["pregnancy"]),
        ("A 62-year-old smoker with pneumonia", []),
        ("An 81-year-old after a heart attack", ["older age"]),
        ("apixaban at age 70", ["older age"]),
        ("Stage 3 disease, 10 years ago", []),
        ("Fluids for a man on haemodialysis", ["kidney function"]),
        ("SGLT2 inhibitor in type 1 diabetes?", ["type 1 diabetes"]),
        ("A type 1 myocardial infarction", []),
        ("Beta blocker in HFpEF?", ["preserved ejection fraction"]),
    ],
)
def test_an_age_or_a_kind_of_disease_names_whom_it_is_about(question: str, names: list[str]) -> None:
    assert [one.name for one in qualifiers_of(question)] == names


def test_words_on_adults_and_adolescents_do_not_speak_to_a_child_of_eight() -> None:
    table = "ICS dose categories for adults and adolescents (12 years and older)"
    assert not speaks_to_a_qualifier("Low-dose budesonide for an 8-year-old", table)
    assert speaks_to_a_qualifier("Low-dose budesonide for a 14-year-old", table)
    assert speaks_to_a_qualifier("Low-dose budesonide for a 14-year-old", "Doses for children of 6 to 17 years")


def test_what_is_left_of_a_question_beside_its_qualifiers() -> None:
    assert without_qualifiers("Gout flare in CKD (chronic kidney disease)?").split() == [
        "Gout",
        "flare",
        "in",
        "(",
        ")?",
    ]
    assert without_qualifiers("Gout flare?") == "Gout flare?"


def test_what_holds_in_the_other_kind_of_a_disease_does_not_speak_to_this_one() -> None:
    assert not speaks_to_a_qualifier("SGLT2 inhibitor in T1D?", "SGLT2 inhibitors are advised in type 2 diabetes.")
    assert speaks_to_a_qualifier("SGLT2 inhibitor in T1D?", "They are not advised in type 1 diabetes.")
    assert not speaks_to_a_qualifier("Beta blocker in HFpEF?", "Beta-blockers are given in HFrEF.")
