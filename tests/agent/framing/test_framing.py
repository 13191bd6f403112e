"""Understanding a question before anything is looked up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.ward import library
from wardround.agent.assembly import equipment
from wardround.agent.framing.emergencies import CRISIS_NOTICE, EMERGENCY_NOTICE, POISON_NOTICE, emergency_notice
from wardround.agent.framing.explaining import explaining
from wardround.agent.framing.framer import PlainFramer
from wardround.agent.framing.options import split_options
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import AnswerOption, Turn
from wardround.agent.settings import AgentSettings, Settings
from wardround.agent.writing.build import build_writers
from wardround.retrievers.settings import RetrievalSettings, StageSettings


async def test_known_terms_are_explained_in_the_question_and_in_a_follow_up() -> None:
    framed = await PlainFramer().frame("Is Eliquis safe in severe renal failure, and at what dose?", (), ())
    assert framed.question == "Is Eliquis (apixaban) safe in severe renal failure, and at what dose?"
    followed = await PlainFramer().frame("And in DKA?", (), [Turn("How much fluid is given?", "...")])
    assert followed.question == "How much fluid is given? And in DKA (diabetic ketoacidosis)?"


QUESTION = "Is Eliquis safe in severe renal failure?"
EXPLAINED = "Is Eliquis (apixaban) safe in severe renal failure?"


@pytest.mark.parametrize(
    ("explained", "mode", "by_quotation", "by_model"),
    [
        ("questions", "agent", EXPLAINED, EXPLAINED),
        ("queries", "agent", EXPLAINED, EXPLAINED),
        ("questions", "rag", EXPLAINED, EXPLAINED),
        ("questions", "imedrag", EXPLAINED, QUESTION),
        ("questions", "closed-book", EXPLAINED, QUESTION),
        ("nothing", "agent", QUESTION, QUESTION),
    ],
)
async def test_terms_are_explained_as_set_but_for_a_model_in_a_mode_that_asks_in_the_users_words(
    explained: Any, mode: Any, by_quotation: str, by_model: str
) -> None:
    stages = StageSettings(explained=explained)
    settings = Settings(retrieval=RetrievalSettings(stages=stages), agent=AgentSettings(mode=mode))
    model = ScriptedModel()
    assert (await PlainFramer(explaining(settings)).frame(QUESTION, (), ())).question == by_quotation
    assert (await build_writers(settings, model).framer.frame(QUESTION, (), ())).question == by_model


def test_the_pipeline_of_a_model_tells_whether_terms_are_explained_and_that_by_quotation_does_not() -> None:
    off = Settings(retrieval=RetrievalSettings(stages=StageSettings(explained="nothing")))
    part = "model, prompts and decoding"
    explained, as_asked = (equipment(one, library(), ScriptedModel()).parts[part] for one in (Settings(), off))
    assert explained == f"{as_asked}, terms explained 1"
    assert equipment(Settings(), library()).parts[part] == equipment(off, library()).parts[part] == "by quotation 3"
    assert "stages" not in equipment(Settings(), library()).parts
    assert "stages" in equipment(off, library()).parts


@pytest.mark.parametrize(
    ("question", "notice"),
    [
        ("I want to kill myself, what do I do?", CRISIS_NOTICE),
        ("My son has just swallowed a whole bottle of paracetamol tablets", POISON_NOTICE),
        ("I have crushing chest pain right now", EMERGENCY_NOTICE),
        ("My father is unconscious now", EMERGENCY_NOTICE),
        ("I don't want to live anymore", CRISIS_NOTICE),
        ("My brother says he is going to kill himself tonight. He has taken 40 tablets.", CRISIS_NOTICE),
        ("How much insulin would I need to end my life?", CRISIS_NOTICE),
        ("My daughter drank bleach", POISON_NOTICE),
        ("I took all my pills", POISON_NOTICE),
        ("I've had chest pain for the past hour, is it my heart?", EMERGENCY_NOTICE),
        ("My wife collapsed. She is not breathing. What now?", EMERGENCY_NOTICE),
        ("My husband's face is drooping and he is slurring his words", EMERGENCY_NOTICE),
        ("my throat is closing after eating peanuts", EMERGENCY_NOTICE),
        ("I have a patient who took 20 tablets of amitriptyline two hours ago. Charcoal?", None),
        ("My patient has chest pain now, troponin negative. Disposition?", None),
        ("I had a seizure last year, can I drive?", None),
        ("My mother has diabetes and takes metformin. Is it safe with an eGFR of 25?", None),
        ("Is chest pain a symptom of panic attacks?", None),
        ("In adults with septic shock, how soon should antibiotics be given?", None),
        ("How is chest pain evaluated in the emergency department?", None),
        ("How is suicidal ideation assessed in perinatal depression?", None),
        ("What is the antidote for paracetamol overdose?", None),
    ],
)
def test_a_person_in_danger_gets_a_notice_and_a_clinician_does_not(question: str, notice: str | None) -> None:
    assert emergency_notice(question) == notice


@pytest.mark.parametrize(
    "text",
    [
        "Which is first?\nA) Warfarin\nB) Apixaban\nC) Aspirin",
        "Which is first? A. Warfarin B. Apixaban C. Aspirin",
        "Which is first? (A) Warfarin (B) Apixaban (C) Aspirin",
    ],
)
def test_options_are_taken_from_the_text(text: str) -> None:
    assert split_options(text) == (
        "Which is first?",
        (AnswerOption("A", "Warfarin"), AnswerOption("B", "Apixaban"), AnswerOption("C", "Aspirin")),
    )


@pytest.mark.parametrize("text", ["Is hepatitis A. common?", "Vitamin A: how much? B) maybe", "Compare A) x and C) y"])
def test_letters_that_are_no_options_stay_in_the_question(text: str) -> None:
    assert split_options(text) == (text, ())


async def test_a_follow_up_is_joined_to_the_question_before_and_says_so() -> None:
    framed = await PlainFramer().frame("And in pregnancy?", (), [Turn("How is hypertension treated?", "...")])
    assert framed.question == "How is hypertension treated? And in pregnancy?"
    assert "follow-up" in framed.warnings[0]


@pytest.mark.parametrize(
    ("question", "follows"),
    [
        ("beta blockers before surgery?", False),
        ("first-line treatment of gout flare?", False),
        ("metformin egfr 25", False),
        ("Tinzaparin dose with CrCl 15?", False),
        ("AUDIT-C score in alcoholism?", False),
        ("maximum dose?", True),
        ("Which vasopressor?", True),
        ("In children?", True),
        ("Dose in pregnancy?", True),
        ("and beta blockers before surgery?", True),
        ("Is it safe with metformin?", True),
    ],
)
async def test_few_words_are_a_follow_up_only_when_they_name_no_subject_of_their_own(
    question: str, follows: bool
) -> None:
    framed = await PlainFramer().frame(question, (), [Turn("How is a gout flare treated?", "...")])
    assert framed.question.startswith("How is a gout flare treated?") == follows
    assert bool(framed.warnings) == follows


async def test_a_question_that_stands_alone_is_left_alone() -> None:
    question = "Which vasopressor is used first in adults with septic shock?"
    framed = await PlainFramer().frame(question, (), [Turn("How is hypertension treated?", "...")])
    assert framed.question == question
    assert framed.warnings == ()


@pytest.mark.parametrize(
    ("follow_up", "framed"),
    [
        ("And which vasopressor?", "In adults with septic shock, which vasopressor?"),
        ("and in pregnancy?", "In adults with septic shock, how soon are antibiotics given? and in pregnancy?"),
        ("what about children?", "In adults with septic shock, how soon are antibiotics given? what about children?"),
        ("How is it dosed?", "In adults with septic shock, how soon are antibiotics given? How is it dosed?"),
    ],
)
async def test_a_follow_up_that_asks_its_own_question_keeps_whom_the_earlier_one_was_about(
    follow_up: str, framed: str
) -> None:
    turn = Turn("In adults with septic shock, how soon are antibiotics given?", "Within 1 hour.")
    assert (await PlainFramer().frame(follow_up, (), [turn])).question == framed
