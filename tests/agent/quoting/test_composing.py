"""Choosing and ordering quotations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.agent.ward import library, passages
from wardround.agent.quoting.answerability import answers_something
from wardround.agent.quoting.candidates import candidates_of
from wardround.agent.quoting.composing import compose
from wardround.agent.quoting.framing_words import only_frames
from wardround.agent.quoting.medicine_match import speaks_of
from wardround.agent.quoting.relevance import Relevance, Scored
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.term_rarity import TermRarity


def scored(question: str) -> list[Scored]:
    ward = library()
    all_passages = passages()
    vectors = ward.store.vectors([one.id for one in all_passages])
    by_id = {one.id: vector for one, vector in zip(all_passages, vectors, strict=True)}
    candidates = [one for each in all_passages for one in candidates_of(each)]
    return Relevance(ward.embedder, TermRarity(ward.store, ward.encoder)).score(question, candidates, by_id)


def rarity() -> TermRarity:
    return TermRarity(library().store, library().encoder)


def composed(question: str, most: int = 3) -> list[str]:
    return [one.candidate.text for one in compose(question, scored(question), most, rarity())]


def test_the_sentence_that_answers_comes_first() -> None:
    assert composed("Which vasopressor is first-line in septic shock?", most=1) == [
        "Noradrenaline is the first-line vasopressor in septic shock."
    ]


def test_the_best_quotation_leads_though_its_source_says_it_later() -> None:
    assert composed("Which dose of alteplase is given in stroke?", most=5) == [
        "The dose is 0.9 mg/kg, at most 90 mg.",
        "Give alteplase within 4.5 hours of onset.",
    ]


def test_no_quotation_is_given_twice() -> None:
    texts = composed("How soon are antibiotics given in septic shock?", most=5)
    assert len(texts) == len(set(texts))


def test_a_medicine_nothing_speaks_of_is_not_answered_by_another() -> None:
    assert composed("What is the dose of tolvaptan?") == []


def test_the_dose_of_another_medicine_of_the_class_is_not_quoted() -> None:
    texts = composed("What is the dose of rivaroxaban in atrial fibrillation?", most=5)
    assert "Direct oral anticoagulants are preferred to warfarin." in texts
    assert not any("5 mg" in text for text in texts)
    assert "Apixaban 5 mg is taken twice a day." in composed("What is the dose of apixaban in atrial fibrillation?", 5)


def test_a_class_answers_for_its_member() -> None:
    texts = composed("Can lisinopril be continued in pregnancy?")
    assert "ACE inhibitors are contraindicated in pregnancy." in texts


def test_the_dose_for_patients_in_general_is_not_quoted_beside_words_on_this_patient() -> None:
    colchicine = "Low-dose colchicine is 1.2 mg, then 0.6 mg one hour later."
    assert colchicine in composed("What is the dose of gout treatment?", most=5)
    texts = composed("What is the dose of gout treatment in chronic kidney disease?", most=5)
    assert texts[0].startswith("Start allopurinol at 100 mg a day or less, and lower in chronic kidney disease")
    assert colchicine not in texts


def test_a_child_is_answered_without_the_doses_of_adults() -> None:
    texts = composed("How is a gout flare treated in a child?", most=5)
    assert "Treat a gout flare with colchicine, an NSAID or a glucocorticoid." in texts
    assert not any("mg" in text for text in texts)


def test_a_dose_for_a_child_is_answered_by_words_on_children_or_not_at_all() -> None:
    assert composed("Which dose of gout treatment suits a 9-year-old?", most=5) == []


@pytest.mark.parametrize(
    ("medicine", "text", "expected"),
    [
        ("lisinopril", "ACE inhibitors are contraindicated.", True),
        ("apixaban", "A DOAC is preferred to warfarin.", True),
        ("dexamethasone", "Glucocorticoids are given early.", True),
        ("dexamethasone", "Amoxicillin is given early.", False),
        ("apixaban", "Rivaroxaban 20 mg is taken with food.", False),
        ("alteplase", "Thrombolysis is given within 4.5 hours.", True),
    ],
)
def test_speaking_of_a_medicine(medicine: str, text: str, expected: bool) -> None:
    assert speaks_of(medicine, text) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("In adults with septic shock, how soon should antibiotics be given?", True),
        ("What blood pressure target is set in hypertension?", True),
        ("How is malaria prophylaxis chosen for travellers?", False),
        ("Which crown suits a fractured molar?", False),
    ],
)
def test_what_the_passages_do_not_speak_of_is_not_answered(question: str, expected: bool) -> None:
    assert answers_something(question, scored(question), rarity()) is expected


def test_rarity_is_the_idf_the_store_ranks_with() -> None:
    # "apixaban" stands in one of ten passages: ln(1 + (10 - 1 + 0.5) / (1 + 0.5)).
    assert rarity().idf("apixaban") == pytest.approx(np.log(1 + 9.5 / 1.5), abs=1e-3)
    assert rarity().known("apixaban")
    assert not rarity().known("malaria")


def test_what_holds_in_general_is_not_said_where_something_speaks_to_a_pregnancy() -> None:
    texts = composed("Which drug is used for hypertension in a pregnant woman?", most=5)
    assert texts[0] == "Use methyldopa, nifedipine or labetalol instead."
    assert all("blood pressure below" not in text for text in texts)


@pytest.mark.parametrize(
    ("statement", "question", "expected"),
    [
        ("Goal: reduce unnecessary antibiotic exposure.", "How soon are antibiotics given?", True),
        ("Goal: reduce unnecessary antibiotic exposure.", "What is the goal of early review?", False),
        ("Rationale: rapid reversal limits bleeding.", "Why is vitamin K given?", False),
        ("This represents a new approach: treat early.", "How soon are antibiotics given?", True),
        ("This drug is given for five days.", "How long is it given?", False),
        ("Give vitamin K. Goal: INR below 1.3.", "How is warfarin reversed?", False),
    ],
)
def test_a_goal_is_quoted_only_when_one_is_asked_for(statement: str, question: str, expected: bool) -> None:
    assert only_frames(statement, question) is expected


RESUSCITATION = Passage(
    "own:1#0", "own:1", "own", 0, ("Medicines", "Epinephrine"),
    text := "Evidence for epinephrine dosing is largely from animals; no trial has tested its dose in resuscitation. "
    "Route: IV; Dose of epinephrine: 0.01-0.03 mg/kg.",
    0, len(text), Biblio("Neonatal resuscitation"),
)  # fmt: skip


def composed_of(question: str, passage: Passage) -> list[str]:
    embedder = library().embedder
    vectors = {passage.id: embedder.embed_passages([passage.contents])[0]}
    found = Relevance(embedder, rarity()).score(question, candidates_of(passage), vectors)
    return [one.candidate.text for one in compose(question, found, 5, rarity())]


def test_a_dose_that_is_asked_for_comes_before_remarks_on_doses() -> None:
    texts = composed_of("What is the dose of epinephrine in resuscitation?", RESUSCITATION)
    assert texts[0] == "Route: IV; Dose of epinephrine: 0.01-0.03 mg/kg."


def test_a_dose_is_for_whom_the_title_of_its_document_is_about() -> None:
    newborns = "What is the dose of epinephrine in neonatal resuscitation?"
    assert composed_of(newborns, RESUSCITATION)[0] == "Route: IV; Dose of epinephrine: 0.01-0.03 mg/kg."
    of_adults = replace(RESUSCITATION, biblio=Biblio("Resuscitation"))
    assert composed_of(newborns, of_adults) == []
