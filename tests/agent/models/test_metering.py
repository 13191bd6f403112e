"""Calls are counted for the block, and only for the block, that they are made in."""

import asyncio

from wardround.agent.models.metering import MeteredModel, metered
from wardround.agent.models.protocol import Message, Prompt, Usage
from wardround.agent.models.scripted import ScriptedModel

PROMPT = Prompt((Message("user", "one two three"),))


def tokens(model: MeteredModel) -> int:
    return model.count_tokens(PROMPT.messages)


async def test_every_kind_of_call_is_counted() -> None:
    model = MeteredModel(ScriptedModel(["a b", "c", "d", {"yes": 1.0}]))
    asked = tokens(model)
    with metered() as meter:
        await model.generate(PROMPT)
        await model.generate_batch([PROMPT, PROMPT])
        await model.score_choices(PROMPT.messages, ["yes", "no"])
    assert meter.usage == Usage(calls=4, prompt_tokens=4 * asked, completion_tokens=4)


async def test_a_stream_is_counted_when_it_has_ended() -> None:
    model = MeteredModel(ScriptedModel(["a b c"]))
    with metered() as meter:
        assert "".join([piece async for piece in model.stream(PROMPT)]) == "a b c"
    assert (meter.usage.calls, meter.usage.prompt_tokens) == (1, tokens(model))


async def test_runs_side_by_side_on_one_model_are_counted_apart() -> None:
    model = MeteredModel(ScriptedModel(otherwise=lambda _: "x"))

    async def run(calls: int) -> int:
        with metered() as meter:
            for _ in range(calls):
                await asyncio.gather(model.generate(PROMPT), asyncio.sleep(0))
        return meter.usage.calls

    assert await asyncio.gather(run(1), run(3), run(2)) == [1, 3, 2]


async def test_outside_of_a_block_nothing_is_counted() -> None:
    model = MeteredModel(ScriptedModel(otherwise=lambda _: "x"))
    with metered() as meter:
        pass
    await model.generate(PROMPT)
    assert meter.usage == Usage()
