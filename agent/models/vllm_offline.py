"""vLLM's engine in this process, for batch evaluation: every prompt at once, no server, no streaming."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from wardround.agent.models.openai_requests import chat_message
from wardround.agent.models.option_scores import require_options, share
from wardround.agent.models.protocol import Choice, ChoiceScores, Completion, Constraint, Message, Prompt, Usage
from wardround.agent.models.reasoning import apart
from wardround.agent.models.replies import require_room, usable_reply
from wardround.errors import BackendError, PrerequisiteError

Result = TypeVar("Result")


class VllmOfflineModel:
    """``vllm.LLM`` behind the protocol. Build it with ``load``.

    vLLM decodes a batch to its end: a cancelled request stops being waited for, but the engine finishes it.
    """

    def __init__(self, engine: Any, name: str, version: str) -> None:
        self._engine = engine
        self._tokenizer = engine.get_tokenizer()
        self._name = name
        self._context_tokens = int(engine.llm_engine.model_config.max_model_len)
        self._fingerprint = f"vllm-{version}:{engine.llm_engine.model_config.dtype}:{name}:{self._context_tokens}"
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vllm")
        self._closed = False

    @classmethod
    def load(cls, source: str | Path, *, name: str | None = None, gpus: int = 1, **engine: Any) -> VllmOfflineModel:
        """The engine with the model of a folder or hub name.

        Args:
            source: folder or hub name.
            name: what to call it; ``source`` by default.
            gpus: devices that share the model.
            engine: further arguments of ``vllm.LLM``, such as ``gpu_memory_utilization``.

        Raises:
            PrerequisiteError: vLLM is not installed in this environment.
        """
        if find_spec("vllm") is None:
            raise PrerequisiteError(
                "vLLM is not installed here: it needs an environment of its own with a matching torch; create one and "
                "run there: pip install 'wardround[vllm]'"
            )
        import vllm

        options = {"max_model_len": -1, "tensor_parallel_size": gpus, "generation_config": "vllm", "seed": 0}
        options |= {"load_format": "safetensors", **engine}  # other formats may hold code
        return cls(vllm.LLM(str(source), **options), name or str(source), vllm.__version__)

    @property
    def name(self) -> str:
        """The name it was loaded by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Version of vLLM, dtype, name, and context length."""
        return self._fingerprint

    @property
    def context_tokens(self) -> int:
        """The longest that fits the memory the engine was given."""
        return self._context_tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Exactly what the model will see, through its chat template."""
        return len(self._prompt_tokens(messages))

    async def generate(self, prompt: Prompt) -> Completion:
        """The whole reply."""
        return (await self.generate_batch([prompt]))[0]

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The whole reply in one piece, since the engine gives no part of it earlier."""
        yield (await self.generate(prompt)).text

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """One reply per prompt, in the same order; the engine schedules them side by side."""
        for prompt in prompts:
            require_room(self._name, self.count_tokens(prompt.messages), prompt.max_tokens, self._context_tokens)
        if not prompts:
            return []
        conversations = [[chat_message(message) for message in prompt.messages] for prompt in prompts]
        sampling = [_sampling(prompt) for prompt in prompts]
        started = time.monotonic()
        outputs = await self._in_worker(lambda: self._engine.chat(conversations, sampling, use_tqdm=False))
        seconds = (time.monotonic() - started) / len(prompts)
        return [_completion(output, prompt, seconds) for output, prompt in zip(outputs, prompts, strict=True)]

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """Probability of each choice by the likelihood of all its tokens."""
        from vllm import SamplingParams

        options = require_options(choices)
        prompt = self._prompt_tokens(messages)
        require_room(self._name, len(prompt), 1, self._context_tokens)
        said = [prompt + self._tokenizer.encode(option, add_special_tokens=False) for option in options]
        once = SamplingParams(max_tokens=1, temperature=0.0, prompt_logprobs=0)
        started = time.monotonic()
        requests = [{"prompt_token_ids": tokens} for tokens in said]
        outputs = await self._in_worker(lambda: self._engine.generate(requests, once, use_tqdm=False))
        likelihoods = {
            option: sum(float(output.prompt_logprobs[at][tokens[at]].logprob) for at in range(len(prompt), len(tokens)))
            for option, output, tokens in zip(options, outputs, said, strict=True)
        }
        usage = Usage(len(options), sum(map(len, said)), len(options), time.monotonic() - started)
        return ChoiceScores(share(likelihoods), usage)

    async def aclose(self) -> None:
        """Ends the worker; the engine goes with the process. Later requests are refused."""
        self._closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _prompt_tokens(self, messages: Sequence[Message]) -> list[int]:
        dialogue = [chat_message(message) for message in messages]
        encoded = self._tokenizer.apply_chat_template(dialogue, add_generation_prompt=True, return_dict=True)
        return list(encoded["input_ids"])

    async def _in_worker(self, work: Callable[[], Result]) -> Result:
        if self._closed:
            raise BackendError(f"the language model {self._name} was closed: load it again to ask it more")
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


def _sampling(prompt: Prompt) -> Any:
    from vllm import SamplingParams

    return SamplingParams(
        max_tokens=prompt.max_tokens,
        temperature=prompt.temperature,
        top_p=prompt.top_p,
        seed=prompt.seed,
        stop=list(prompt.stop),
        structured_outputs=None if prompt.constraint is None else _structured(prompt.constraint),
    )


def _structured(constraint: Constraint) -> Any:
    from vllm.sampling_params import StructuredOutputsParams

    if isinstance(constraint, Choice):
        return StructuredOutputsParams(choice=list(constraint.options))
    return StructuredOutputsParams(json=dict(constraint.schema))


def _completion(output: Any, prompt: Prompt, seconds: float) -> Completion:
    reply = output.outputs[0]
    cut_off = reply.finish_reason == "length"
    answer, reasoning = apart(reply.text)
    text = usable_reply(answer, prompt.constraint, cut_off=cut_off, reasoning=reasoning)
    usage = Usage(1, len(output.prompt_token_ids), len(reply.token_ids), seconds)
    return Completion(text, usage, "length" if cut_off else "stop", reasoning is not None)
