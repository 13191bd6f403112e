"""A brief says what passages say, with their ids, or that they do not say."""

import json

from tests.agent.writing.material import FLUIDS, MAP, PRESSORS, hits, passage, reply, shown_ids, user_text
from wardround.agent.models.protocol import JsonSchema
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.writing.briefer import GenerativeBriefer
from wardround.prompts import load_prompts

PROMPTS = load_prompts()
QUERY = "fluid volume in septic shock"


async def test_ids_come_back_as_passage_ids_in_the_order_named() -> None:
    model = ScriptedModel([reply(lambda ids: {"answer": "30 mL/kg in\n3 hours.", "passage_ids": [ids[2], ids[0]]})])
    brief = await GenerativeBriefer(model, PROMPTS).brief(QUERY, hits(FLUIDS, PRESSORS, MAP))
    assert brief.text == "30 mL/kg in 3 hours."
    assert brief.passage_ids == ("g:3#0", "g:1#0")
    assert brief.error is None


async def test_the_model_sees_opaque_ids_only_and_the_schema_knows_no_others() -> None:
    model = ScriptedModel([json.dumps({"answer": "", "passage_ids": []})])
    await GenerativeBriefer(model, PROMPTS).brief(QUERY, hits(FLUIDS, PRESSORS))
    assert "g:1#0" not in user_text(model)
    assert "Sepsis guideline > Treatment (SSC, 2021)\nGive at least 30 mL/kg" in user_text(model)
    constraint = model.calls[0].prompt.constraint
    assert isinstance(constraint, JsonSchema)
    assert constraint.schema["properties"]["passage_ids"]["items"]["enum"] == shown_ids(model.calls[0].prompt)


async def test_passages_that_do_not_say_give_an_empty_text_and_no_error() -> None:
    model = ScriptedModel([reply(lambda ids: {"answer": " ", "passage_ids": ids})])
    brief = await GenerativeBriefer(model, PROMPTS).brief(QUERY, hits(MAP))
    assert (brief.text, brief.passage_ids, brief.error) == ("", (), None)


async def test_no_hits_need_no_call() -> None:
    model = ScriptedModel()
    brief = await GenerativeBriefer(model, PROMPTS).brief(QUERY, [])
    assert (brief.text, brief.error, model.calls) == ("", None, [])


async def test_an_unknown_id_is_dropped_and_an_answer_without_any_is_unusable() -> None:
    model = ScriptedModel([reply(lambda ids: {"answer": "30 mL/kg.", "passage_ids": ["p-0000x", ids[0]]})])
    brief = await GenerativeBriefer(model, PROMPTS).brief(QUERY, hits(FLUIDS))
    assert brief.passage_ids == ("g:1#0",)

    nameless = json.dumps({"answer": "30 mL/kg.", "passage_ids": []})
    brief = await GenerativeBriefer(ScriptedModel([nameless, nameless]), PROMPTS).brief(QUERY, hits(FLUIDS))
    assert brief.text == ""
    assert "names none of the passages shown" in (brief.error or "")


async def test_hits_that_do_not_fit_are_left_out_from_the_end() -> None:
    many = [passage(n, f"Passage number {n}. " + "word " * 100) for n in range(1, 30)]
    model = ScriptedModel([json.dumps({"answer": "", "passage_ids": []})], context_tokens=3000)
    await GenerativeBriefer(model, PROMPTS).brief(QUERY, hits(*many))
    assert "Passage number 1." in user_text(model)
    assert "Passage number 29." not in user_text(model)
    assert 2 <= len(shown_ids(model.calls[0].prompt)) < 29
