"""Twenty-five starter questions on which no weight was fitted, only the threshold set (docs/design/004)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from wardround.agent.citing.doses import gives_dose
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.evals.starter_questions import Outcome, ask_all, figures, read_questions

pytestmark = pytest.mark.timeout(1800)  # the first of these tests builds the index, which a busy machine embeds slowly

QUESTIONS = Path(__file__).with_name("questions.jsonl")


@pytest.fixture(scope="module")
def outcomes(starter_agent: ClinicalAgent) -> list[Outcome]:
    return ask_all(starter_agent, read_questions(QUESTIONS))


def test_the_set_is_fifteen_five_and_five() -> None:
    kinds = [one.kind for one in read_questions(QUESTIONS)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"answerable": 15, "qualifier": 5, "unanswerable": 5}


def test_every_quote_stands_at_its_offsets(outcomes: list[Outcome]) -> None:
    assert [one.question.id for one in outcomes if not one.quotes_verbatim] == []


def test_figures_reach_what_the_starter_corpus_must(
    outcomes: list[Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    found = figures(outcomes)
    with capsys.disabled():
        print(f"\nstarter questions: {asdict(found)}")
    missed = [one.question.id for one in outcomes if one.question.kind == "answerable" and not one.section_cited]
    answered = [one.question.id for one in outcomes if one.question.kind == "unanswerable" and not one.answer.abstained]
    assert found.section_cited >= 13, missed
    assert found.unanswerable_abstained >= 4, answered


def test_an_unspoken_qualifier_is_said(outcomes: list[Outcome]) -> None:
    """Each question with a qualifier either has it in what is quoted or names it among what is not covered."""
    from wardround.agent.quoting.qualifiers import qualifiers_of

    for one in outcomes:
        if one.question.kind != "qualifier" or one.answer.abstained:
            continue
        quoted = " ".join(
            [*(claim.text for claim in one.answer.claims), *(" ".join(r.heading) for r in one.answer.references)]
        )
        for qualifier in qualifiers_of(one.question.question):
            assert qualifier.spoken_to.search(quoted) or qualifier.name in one.answer.uncovered, one.question.id


def test_guidelines_that_set_different_targets_are_said_to_differ(starter_agent: ClinicalAgent) -> None:
    answer = starter_agent.ask("target blood pressure in adults with chronic kidney disease")
    (kdigo,) = (one.number for one in answer.references if one.heading[-1] == "Blood Pressure Targets")
    (told,) = (one for one in answer.warnings if one.startswith("sources differ"))
    assert f"< 120 mmHg [{kdigo}]" in told
    assert "sources differ" not in " ".join(starter_agent.ask("blood pressure goal in diabetes").warnings)


@pytest.mark.parametrize("medicine", ["anticoagulant", "rivaroxaban"])
def test_no_general_dose_is_quoted_for_a_pregnant_patient(starter_agent: ClinicalAgent, medicine: str) -> None:
    answer = starter_agent.ask(f"What {medicine} dose is recommended for deep vein thrombosis in pregnancy?")
    texts = [claim.text for claim in answer.claims]
    preferred = "Generally, LMWH is the preferred anticoagulant in pregnancy; DOACs and warfarin are contraindicated."
    assert preferred in texts
    assert not any(gives_dose(text) for text in texts)
