"""What every language model does, whatever engine is behind it.

Set ``TEST_VLLM_URL`` to the endpoint of a running vLLM server to put it through the same suite (make test-vllm), or
``TEST_VLLM_OFFLINE`` to a model's folder where vLLM itself is installed.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import pytest

from tests.fake_openai_server import FakeOpenAIServer, smallest
from wardround.agent.models.json_schema import first_violation
from wardround.agent.models.metering import MeteredModel
from wardround.agent.models.openai_server import OpenAIServerModel
from wardround.agent.models.protocol import Choice, JsonSchema, LanguageModel, Message, Prompt
from wardround.agent.models.scripted import Said, ScriptedModel
from wardround.agent.models.vllm_offline import VllmOfflineModel
from wardround.errors import ModelOutputError

VLLM_URL = os.environ.get("TEST_VLLM_URL")
VLLM_OFFLINE = os.environ.get("TEST_VLLM_OFFLINE")

CAPITALS = {"Paris": 0.7, "London": 0.1, "Berlin": 0.05}
SENTENCE = "The quick brown fox jumps over the lazy dog and runs far away into the dark green forest."
UNICODE = "5 µg/kg – naïve ≥ 65 yrs, 漢字 🫀"
PLAN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "enough": {"type": "boolean"},
        "queries": {"type": "array", "items": {"type": "string", "maxLength": 30}, "minItems": 1, "maxItems": 2},
    },
    "required": ["enough", "queries"],
    "additionalProperties": False,
}


def asked(text: str, **decoding: Any) -> Prompt:
    return Prompt((Message("user", text),), **{"max_tokens": 24} | decoding)


def play_along(prompt: Prompt) -> Said:
    if isinstance(prompt.constraint, Choice):
        return CAPITALS if set(prompt.constraint.options) == set(CAPITALS) else prompt.constraint.options[0]
    if isinstance(prompt.constraint, JsonSchema):
        return json.dumps(smallest(prompt.constraint.schema))
    return prompt.messages[-1].content


@pytest.fixture(
    params=[
        "scripted",
        "metered",
        "server",
        pytest.param("smollm2", marks=[pytest.mark.local_models, pytest.mark.slow]),
        pytest.param("vllm", marks=pytest.mark.skipif(not VLLM_URL, reason="TEST_VLLM_URL is not set")),
        pytest.param("vllm_offline", marks=pytest.mark.skipif(not VLLM_OFFLINE, reason="TEST_VLLM_OFFLINE is not set")),
    ]
)
async def model(request: pytest.FixtureRequest) -> AsyncIterator[LanguageModel]:
    if request.param == "scripted":
        yield ScriptedModel(otherwise=play_along)
    elif request.param == "metered":
        yield MeteredModel(ScriptedModel(otherwise=play_along))
    elif request.param in ("smollm2", "vllm_offline"):
        yield request.getfixturevalue(request.param)
    elif request.param == "vllm":
        served = OpenAIServerModel.connect(str(VLLM_URL))
        yield served
        await served.aclose()
    else:
        fake: FakeOpenAIServer = request.getfixturevalue("fake_server")
        served = OpenAIServerModel.connect(fake.url)
        yield served
        await served.aclose()


@pytest.fixture(scope="session")
def vllm_offline() -> VllmOfflineModel:
    return VllmOfflineModel.load(str(VLLM_OFFLINE), name="smollm2", enforce_eager=True)


@pytest.fixture
def fake_server() -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer(chances=CAPITALS) as server:
        yield server


async def test_a_reply_has_text_and_says_what_it_cost(model: LanguageModel) -> None:
    reply = await model.generate(asked("Say hello."))
    assert reply.text.strip()
    assert (reply.usage.calls, reply.usage.prompt_tokens > 0, reply.usage.completion_tokens > 0) == (1, True, True)


async def test_greedy_replies_are_the_same_twice_and_in_pieces(model: LanguageModel) -> None:
    prompt = asked(f"Repeat this sentence: {SENTENCE}")
    whole = await model.generate(prompt)
    pieces = [piece async for piece in model.stream(prompt)]
    assert whole.text == (await model.generate(prompt)).text == "".join(pieces)
    assert len(pieces) > 1 or isinstance(model, VllmOfflineModel)


async def test_sampled_replies_depend_on_the_seed_alone(model: LanguageModel) -> None:
    prompt = asked("Tell me a story.", temperature=0.9, top_p=0.95, seed=7)
    assert (await model.generate(prompt)).text == (await model.generate(prompt)).text


async def test_max_tokens_ends_a_reply_and_the_reply_says_so(model: LanguageModel) -> None:
    reply = await model.generate(asked(f"Repeat this sentence: {SENTENCE}", max_tokens=4))
    assert (reply.finish_reason, reply.usage.completion_tokens) == ("length", 4)


async def test_a_reply_ends_before_a_stop_text(model: LanguageModel) -> None:
    prompt = asked(f"Repeat this sentence: {SENTENCE}", stop=(" ",))
    reply = await model.generate(prompt)
    assert " " not in reply.text
    assert reply.finish_reason == "stop"
    assert reply.text == "".join([piece async for piece in model.stream(prompt)])


async def test_a_batch_keeps_its_order(model: LanguageModel) -> None:
    words = ("alpha", "a beta that is rather longer than the others", "gamma", "delta")
    prompts = [asked(f"Say {'please ' * at}{word}", constraint=Choice((word,))) for at, word in enumerate(words)]
    assert tuple(reply.text for reply in await model.generate_batch(prompts)) == words
    assert await model.generate_batch([]) == []


async def test_a_batch_decodes_each_prompt_by_its_own_settings(model: LanguageModel) -> None:
    sentence = f"Repeat this sentence: {SENTENCE}"
    short, chosen = await model.generate_batch([asked(sentence, max_tokens=3), asked("?", constraint=Choice(("yes",)))])
    assert (short.finish_reason, chosen.finish_reason, chosen.text) == ("length", "stop", "yes")


@pytest.mark.parametrize("temperature", [0.0, 1.5])
async def test_a_schema_is_kept(model: LanguageModel, temperature: float) -> None:
    constraint = JsonSchema("plan", PLAN)
    prompt = asked("Plan two searches about sepsis.", max_tokens=200, constraint=constraint, temperature=temperature)
    value = json.loads((await model.generate(prompt)).text)
    assert first_violation(value, PLAN) is None
    streamed = json.loads("".join([piece async for piece in model.stream(prompt)]))
    assert first_violation(streamed, PLAN) is None


async def test_a_schema_cut_off_by_max_tokens_is_an_error_with_the_raw_text(model: LanguageModel) -> None:
    with pytest.raises(ModelOutputError, match="max_tokens cut the reply off") as caught:
        await model.generate(asked("Plan.", max_tokens=2, constraint=JsonSchema("plan", PLAN)))
    assert caught.value.raw.startswith("{")


async def test_a_choice_is_one_of_its_options(model: LanguageModel) -> None:
    options = ("yes", "no", "maybe so", "yes, but not today")
    reply = await model.generate(asked("Is water wet?", constraint=Choice(options)))
    assert reply.text in options
    assert reply.finish_reason == "stop"


async def test_characters_of_every_script_come_through(model: LanguageModel) -> None:
    prompt = asked(f"Repeat: {UNICODE}", max_tokens=80, constraint=Choice((UNICODE,)))
    assert (await model.generate(prompt)).text == UNICODE
    assert "".join([piece async for piece in model.stream(prompt)]) == UNICODE


async def test_scores_sum_to_one_and_prefer_the_obvious(model: LanguageModel) -> None:
    question = (Message("user", "What is the capital of France? Answer with one word."),)
    scores = await model.score_choices(question, tuple(CAPITALS))
    assert list(scores.probabilities) == list(CAPITALS)
    assert sum(scores.probabilities.values()) == pytest.approx(1.0)
    assert max(scores.probabilities, key=lambda option: scores.probabilities[option]) == "Paris"
    assert scores.method == "likelihood"
    assert scores.usage.calls >= 1


async def test_a_count_is_never_below_what_the_model_sees(model: LanguageModel) -> None:
    messages = (Message("system", "You are careful."), Message("user", f"Repeat: {SENTENCE} {UNICODE} 1.25 mg/m2"))
    reply = await model.generate(Prompt(messages, max_tokens=4))
    assert reply.usage.prompt_tokens <= model.count_tokens(messages) <= model.context_tokens


async def test_a_stream_can_be_left_and_the_model_goes_on(model: LanguageModel) -> None:
    stream = model.stream(asked(f"Repeat this sentence: {SENTENCE}"))
    async with aclosing(stream) as pieces:  # type: ignore[type-var]
        assert await anext(pieces)
    assert (await model.generate(asked("Go on?", constraint=Choice(("yes",))))).text == "yes"


async def test_a_cancelled_request_ends_and_the_model_goes_on(model: LanguageModel) -> None:
    task = asyncio.create_task(model.generate(asked("Tell me a very long story.", max_tokens=400)))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=30)
    assert task.done()
    assert (await model.generate(asked("Go on?", constraint=Choice(("yes",))))).text == "yes"


async def test_it_says_what_it_is(model: LanguageModel) -> None:
    assert model.name
    assert model.name in model.fingerprint
    assert model.context_tokens >= 1024
