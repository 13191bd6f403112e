import pytest

from wardround.agent.models.protocol import Choice, JsonSchema, Message, Prompt
from wardround.agent.models.scripted import Call, ScriptedModel, ScriptExhaustedError
from wardround.errors import ModelOutputError, TransientBackendError

ASKED = Prompt((Message("user", "Which dose?"),))


async def test_replies_come_in_order_and_calls_are_kept() -> None:
    model = ScriptedModel(["first", lambda prompt: prompt.messages[0].content.upper()])
    assert [(await model.generate(ASKED)).text, (await model.generate(ASKED)).text] == ["first", "WHICH DOSE?"]
    assert model.calls == [Call("generate", ASKED), Call("generate", ASKED)]
    assert model.remaining == 0


async def test_an_exception_in_the_script_is_raised() -> None:
    with pytest.raises(TransientBackendError, match="overloaded"):
        await ScriptedModel([TransientBackendError("overloaded")]).generate(ASKED)


async def test_an_exhausted_script_names_the_call_and_what_it_asked() -> None:
    model = ScriptedModel(["only"])
    await model.generate(ASKED)
    with pytest.raises(ScriptExhaustedError, match=r"call 2 \(generate\) has no reply left; it asked: 'Which dose\?'"):
        await model.generate(ASKED)


async def test_a_default_answers_once_the_queue_is_empty() -> None:
    model = ScriptedModel(["queued"], otherwise=lambda _: "default")
    assert [each.text for each in await model.generate_batch([ASKED] * 3)] == ["queued", "default", "default"]


async def test_weights_are_renormalised_and_a_text_is_certain() -> None:
    model = ScriptedModel([{"A": 3.0, "B": 1.0, "X": 9.0}, "B"])
    first = await model.score_choices(ASKED.messages, ("A", "B"))
    second = await model.score_choices(ASKED.messages, ("A", "B"))
    assert first.probabilities == {"A": 0.75, "B": 0.25}
    assert second.probabilities == {"A": 0.0, "B": 1.0}
    assert model.calls[0].prompt.constraint == Choice(("A", "B"))


@pytest.mark.parametrize(
    ("said", "constraint", "problem"),
    [
        ("", None, "it is empty"),
        (" \n", None, "it is empty"),
        ("C", Choice(("A", "B")), r"'C' is none of \['A', 'B'\]"),
        ("Sure! {", JsonSchema("plan", {}), "no JSON for schema 'plan'"),
        ("[]", JsonSchema("plan", {"type": "object"}), "reply: expected object, found list"),
        ("[" * 3_000, JsonSchema("plan", {}), r"no JSON for schema 'plan' \(maximum recursion depth"),
        ("1" * 5_000, JsonSchema("plan", {}), r"no JSON for schema 'plan' \(Exceeds the limit"),
        ("1" * 400, JsonSchema("plan", {"type": "integer", "maximum": 5}), "reply: above 5"),
    ],
)
async def test_unusable_text_is_refused_as_real_engines_do(said: str, constraint, problem: str) -> None:
    with pytest.raises(ModelOutputError, match=problem) as caught:
        await ScriptedModel([said]).generate(Prompt(ASKED.messages, constraint=constraint))
    assert caught.value.raw == said.lstrip()
