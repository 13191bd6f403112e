"""A follow-up question comes to stand alone, or stays as it was asked."""

import json

from tests.agent.writing.material import system_text, user_text
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import AnswerOption, Turn
from wardround.agent.writing.framer import GenerativeFramer
from wardround.prompts import load_prompts

PROMPTS = load_prompts()
TALK = (Turn("How is cystitis treated?", "Nitrofurantoin 100 mg for 5 days."),)


async def test_without_a_conversation_nothing_is_asked() -> None:
    model = ScriptedModel()
    options = (AnswerOption("A", "Nitrofurantoin"),)
    framed = await GenerativeFramer(model, PROMPTS).frame("How is cystitis treated?", options, ())
    assert (framed.question, framed.options, model.calls) == ("How is cystitis treated?", options, [])


async def test_one_call_makes_the_question_stand_alone() -> None:
    model = ScriptedModel([json.dumps({"question": "How is cystitis treated in pregnancy?"})])
    framed = await GenerativeFramer(model, PROMPTS).frame("And in pregnancy?", (), TALK)
    assert framed.question == "How is cystitis treated in pregnancy?"
    assert framed.warnings == ()
    assert framed.usage.calls == 1
    assert system_text(model) == PROMPTS["frame"].system
    assert "Question: How is cystitis treated?\nAnswer: Nitrofurantoin 100 mg for 5 days." in user_text(model)
    assert user_text(model).endswith("New question: And in pregnancy?")


async def test_brand_names_gain_their_generic_name_whatever_the_model_says() -> None:
    model = ScriptedModel([json.dumps({"question": "Is Macrobid safe in pregnancy?"}), "garbage", "garbage"])
    framer = GenerativeFramer(model, PROMPTS)
    assert (await framer.frame("Is Eliquis safe?", (), ())).question == "Is Eliquis (apixaban) safe?"
    rewritten = await framer.frame("And in pregnancy?", (), TALK)
    assert rewritten.question == "Is Macrobid (nitrofurantoin) safe in pregnancy?"
    kept = await framer.frame("And Macrobid?", (), TALK)
    assert kept.question == "And Macrobid (nitrofurantoin)?"
    assert kept.warnings[0].startswith("the question was looked up as it was asked")


async def test_a_rewritten_question_may_not_bring_in_or_lose_a_number() -> None:
    for rewritten in ("Is 200 mg nitrofurantoin safe in pregnancy?", "Is nitrofurantoin safe at some eGFR?"):
        model = ScriptedModel([json.dumps({"question": rewritten})] * 2)
        framed = await GenerativeFramer(model, PROMPTS).frame("And at eGFR 20?", (), TALK)
        assert framed.question == "And at eGFR 20?"
        assert "the numbers of the question must stay as they are" in framed.warnings[0]
        assert framed.usage.calls == 2


async def test_garbage_twice_keeps_the_question_and_says_so() -> None:
    model = ScriptedModel(["I think that", '{"question": "  "}'])
    framed = await GenerativeFramer(model, PROMPTS).frame("And in pregnancy?", (), TALK)
    assert framed.question == "And in pregnancy?"
    assert framed.warnings[0].startswith("the question was looked up as it was asked")


async def test_a_long_conversation_loses_its_oldest_turns() -> None:
    turns = tuple(Turn(f"Question number {n}?", "word " * 150) for n in range(20))
    model = ScriptedModel([json.dumps({"question": "Q?"})], context_tokens=2000)
    await GenerativeFramer(model, PROMPTS).frame("And it?", (), turns)
    assert "Question number 19?" in user_text(model)
    assert "Question number 0?" not in user_text(model)
    assert model.count_tokens(model.calls[0].prompt.messages) < 2000 - model.calls[0].prompt.max_tokens
