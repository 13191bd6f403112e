"""Loading, decoding and scoring in process, by hand-checkable figures."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from wardround.agent.models import local_engine
from wardround.agent.models.protocol import JsonSchema, Message, Prompt
from wardround.agent.models.row_decoding import Row, RowDecoder
from wardround.agent.models.transformers_local import TransformersModel
from wardround.errors import BackendError, ConfigError, PrerequisiteError

pytestmark = [pytest.mark.local_models, pytest.mark.slow]

PLACE = (Message("user", "What is the capital of France? Answer with one word."),)


def sampled(logits: list[float], prompts: list[Prompt]) -> list[int]:
    """The token each prompt draws from the same logits."""
    import torch

    rows = [Row(prompt) for prompt in prompts]
    decoder = RowDecoder(rows, frozenset(), lambda _: "", is_cancelled=lambda: False, on_step=lambda: None)
    shaped = decoder.shape_logits(torch.zeros(len(rows), 1), torch.tensor([logits] * len(rows)))
    return shaped.argmax(-1).tolist()


def test_samples_follow_the_softmax_at_the_given_temperature() -> None:
    logits = [2 * math.log(6), 2 * math.log(3), 2 * math.log(1)]
    drawn = Counter(sampled(logits, [Prompt((), temperature=2.0, seed=seed) for seed in range(4000)]))
    assert [drawn[token] / 4000 for token in range(3)] == pytest.approx([0.6, 0.3, 0.1], abs=0.03)


def test_the_nucleus_holds_the_fewest_tokens_that_reach_top_p() -> None:
    logits = [math.log(0.1), math.log(0.5), math.log(0.4)]
    drawn = {
        top_p: set(sampled(logits, [Prompt((), temperature=1.0, top_p=top_p, seed=seed) for seed in range(300)]))
        for top_p in (0.3, 0.6, 1.0)
    }
    assert drawn == {0.3: {1}, 0.6: {1, 2}, 1.0: {0, 1, 2}}


def test_a_seed_decides_a_row_whatever_stands_beside_it() -> None:
    logits = [0.0] * 50
    one = Prompt((), temperature=1.0, seed=5)
    others = [Prompt((), temperature=0.5, seed=seed) for seed in range(9)]
    assert sampled(logits, [one]) == sampled(logits, [*others, one])[-1:]


def test_text_that_may_still_change_is_held_back() -> None:
    row = Row(Prompt((), stop=("\nUser:",)), text="5 mg\nUs")
    assert row.certain_text() == "5 mg"
    row.text = "5 µg \ufffd"
    assert row.certain_text() == "5 µg "
    row.finish_reason = "length"
    assert row.certain_text() == "5 µg \ufffd"


def test_likelihoods_of_one_shared_pass_are_those_of_separate_passes(smollm2: TransformersModel) -> None:
    import torch

    engine, options = smollm2._engine, ("Paris", "Lyon is the capital", "It is the city of Paris")
    prompt = engine.prompt_tokens(PLACE)
    together, tokens = engine.log_likelihoods(prompt, options)
    alone = []
    for option in options:
        said = engine._tokenizer.encode(option, add_special_tokens=False)
        with torch.inference_mode():
            logits = engine._model(torch.tensor([prompt + said])).logits[0].float().log_softmax(-1)
        alone.append(sum(float(logits[len(prompt) - 1 + at, token]) for at, token in enumerate(said)))
    assert together == pytest.approx(alone, abs=0.3)  # bfloat16
    assert tokens == sum(len(engine._tokenizer.encode(option)) for option in options)


async def test_a_batch_that_shares_its_beginning_says_what_each_prompt_says_alone(
    smollm2_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = TransformersModel.load(smollm2_folder, dtype="float32")
    rules = Message("system", "Answer from the passages alone. Say so when they do not hold the answer. " * 6)
    words = ("sepsis", "gout in a patient with chronic kidney disease of stage four", "asthma")
    prompts = [Prompt((rules, Message("user", f"Define {word}.")), max_tokens=12) for word in words]
    passes: list[int] = []
    read = model._engine._read

    def noted(tokens: list[int], times: int) -> object:
        passes.append(len(tokens))
        return read(tokens, times)

    monkeypatch.setattr(model._engine, "_read", noted)
    together = [reply.text for reply in await model.generate_batch(prompts)]
    assert together == [(await model.generate(prompt)).text for prompt in prompts]
    assert len(passes) == 1
    assert passes[0] > 90


async def test_cancelling_ends_decoding_within_one_token(smollm2: TransformersModel) -> None:
    engine, steps = smollm2._engine, 0

    def step() -> None:
        nonlocal steps
        steps += 1

    row = engine.new_row(Prompt(PLACE, max_tokens=200))
    engine.decode([row], is_cancelled=lambda: steps == 2, on_step=step)
    assert (len(row.tokens), row.finish_reason) == (2, None)


async def test_a_cancelled_stream_frees_the_worker(smollm2: TransformersModel) -> None:
    async def read() -> None:
        async for _ in smollm2.stream(Prompt((Message("user", "Tell me a very long story."),), max_tokens=2000)):
            started.set()

    started = asyncio.Event()
    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.wait_for(smollm2.score_choices(PLACE, ("yes", "no")), timeout=20)


async def test_a_prompt_that_does_not_fit_is_refused_before_decoding(smollm2: TransformersModel) -> None:
    with pytest.raises(BackendError, match=f"smollm2 holds {smollm2.context_tokens} tokens"):
        await smollm2.generate(Prompt((Message("user", "word " * 9000),)))


async def test_a_schema_that_cannot_be_enforced_is_refused(smollm2: TransformersModel) -> None:
    schema = JsonSchema("odd", {"type": "string", "pattern": "(?=look)ahead"})
    with pytest.raises(BackendError, match="cannot be enforced in process"):
        await smollm2.generate(Prompt(PLACE, constraint=schema))


class TestLoading:
    """With a model of one tiny random layer behind SmolLM2's tokeniser."""

    @pytest.fixture
    def folder(self, tmp_path: Path, smollm2: TransformersModel) -> Path:
        from transformers import LlamaConfig, LlamaForCausalLM

        sizes: dict[str, Any] = {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 1}
        config = LlamaConfig(vocab_size=49152, num_hidden_layers=1, max_position_embeddings=256, **sizes)
        LlamaForCausalLM(config).save_pretrained(tmp_path / "tiny")
        smollm2._engine._tokenizer.save_pretrained(tmp_path / "tiny")
        return tmp_path / "tiny"

    async def test_a_folder_loads_in_the_dtype_asked_for(self, folder: Path) -> None:
        model = TransformersModel.load(folder, dtype="bfloat16")
        assert (model.name, model.context_tokens) == (str(folder), 256)
        assert ":cpu:bfloat16:" in model.fingerprint
        await model.aclose()
        await model.aclose()

    def test_other_weights_have_another_fingerprint(self, folder: Path) -> None:
        before = TransformersModel.load(folder).fingerprint
        assert TransformersModel.load(folder).fingerprint == before
        weights = folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
        assert TransformersModel.load(folder).fingerprint != before

    def test_a_missing_folder_is_one_clear_line(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"model\.name '.*nowhere' cannot be loaded by transformers") as caught:
            TransformersModel.load(tmp_path / "nowhere")
        assert "\n" not in str(caught.value)

    def test_weights_that_could_run_code_are_not_loaded(self, folder: Path) -> None:
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
        with pytest.raises(ConfigError, match="cannot be loaded by transformers"):
            TransformersModel.load(folder)

    def test_a_base_model_is_refused(self, folder: Path) -> None:
        (folder / "chat_template.jinja").unlink()
        with pytest.raises(ConfigError, match="no chat template: choose an instruction-tuned model"):
            TransformersModel.load(folder)

    def test_a_missing_cuda_device_is_told(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import torch

        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        with pytest.raises(ConfigError, match=r"model\.device is cuda, but torch sees no CUDA device"):
            TransformersModel.load(folder, device="cuda")


def test_missing_packages_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wardround.agent.models.local_packages.find_spec", lambda _: None)
    with pytest.raises(PrerequisiteError, match=r"needs torch, .*; run: make setup-local"):
        TransformersModel.load("anything")


class Slow:
    """An engine that decodes until it is told to stop."""

    context_tokens = 4096
    fingerprint = "slow"

    def __init__(self) -> None:
        self.begun = threading.Event()

    def prompt_tokens(self, messages: object) -> list[int]:
        return [1]

    def new_row(self, prompt: Prompt) -> Row:
        return Row(prompt, text="half a", finish_reason="length")

    def decode(self, rows: object, *, is_cancelled: Callable[[], bool], on_step: object = None) -> None:
        self.begun.set()
        while not is_cancelled():
            time.sleep(0.001)


async def test_closing_ends_what_is_under_way_and_refuses_what_comes_after() -> None:
    engine = Slow()
    model = TransformersModel(engine, "slow", "slow", 1)  # type: ignore[arg-type]
    running, waiting = (asyncio.ensure_future(model.generate(Prompt(PLACE))) for _ in range(2))
    await asyncio.to_thread(engine.begun.wait)
    await model.aclose()
    for request in (running, waiting, model.generate(Prompt(PLACE)), collect(model.stream(Prompt(PLACE)))):
        with pytest.raises(BackendError, match="the language model slow was closed: load it again"):
            await asyncio.wait_for(request, 10)


async def collect(pieces: AsyncIterator[str]) -> str:
    return "".join([piece async for piece in pieces])


def test_quantised_loading_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_engine, "find_spec", lambda name: None if name == "bitsandbytes" else find_spec(name))
    with pytest.raises(
        PrerequisiteError, match=r"model\.quantisation nf4 needs bitsandbytes; run: make setup-quantised"
    ):
        TransformersModel.load(tmp_path, quantisation="nf4")
