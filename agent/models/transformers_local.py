"""A language model in this process through transformers, on CPU or CUDA."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from wardround.agent.models.local_engine import Device, Dtype, LocalEngine, Quantisation
from wardround.agent.models.option_scores import require_options, share
from wardround.agent.models.protocol import ChoiceScores, Completion, Message, Prompt, Usage
from wardround.agent.models.reasoning import ReasoningFilter, apart
from wardround.agent.models.replies import require_room, usable_reply
from wardround.agent.models.row_decoding import Row
from wardround.errors import BackendError

Result = TypeVar("Result")


class TransformersModel:
    """A model that one worker thread runs, so that the event loop stays free. Build it with ``load``.

    Requests wait for each other; a batch is decoded side by side. Cancelling a request ends it within one token.
    """

    def __init__(self, engine: LocalEngine, name: str, fingerprint: str, batch_size: int) -> None:
        self._engine = engine
        self._name = name
        self._fingerprint = fingerprint
        self._batch_size = batch_size
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="language-model")
        self._under_way: set[threading.Event] = set()
        self._closed = False

    @classmethod
    def load(
        cls,
        source: str | Path,
        *,
        name: str | None = None,
        device: Device = "cpu",
        dtype: Dtype = "auto",
        quantisation: Quantisation = "none",
        batch_size: int = 8,
    ) -> TransformersModel:
        """The model in the folder ``source``, or of that name on the hub.

        Args:
            source: a folder that ``save_pretrained`` wrote, or a hub name.
            name: what to call it; ``source`` by default.
            device: where it runs.
            dtype: of the weights; auto keeps the one they were saved in.
            quantisation: of the weights while they are loaded; int8 takes half of bfloat16's memory, nf4 a quarter.
            batch_size: prompts decoded side by side at most.

        Raises:
            PrerequisiteError: torch and transformers are not installed, or bitsandbytes where quantisation needs it.
            ConfigError: no such model, no CUDA device, no safetensors, or no chat template.
        """
        engine = LocalEngine(source, device=device, dtype=dtype, quantisation=quantisation)
        from transformers import __version__ as version

        called = name or str(source)
        return cls(engine, called, f"transformers-{version}:{called}:{engine.fingerprint}", batch_size)

    @property
    def name(self) -> str:
        """The name it was loaded by."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """Version of transformers, device, dtype, and a digest of configuration and weights."""
        return self._fingerprint

    @property
    def context_tokens(self) -> int:
        """As the model's configuration says."""
        return self._engine.context_tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Exactly what the model will see, through its chat template."""
        return len(self._engine.prompt_tokens(messages))

    async def generate(self, prompt: Prompt) -> Completion:
        """The whole reply."""
        return (await self.generate_batch([prompt]))[0]

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The reply as it comes; a character or a stop text that is not complete yet is held back."""
        self._require_room(prompt)
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[str | None]()
        cancelled = threading.Event()

        def decode() -> Row:
            row, sent = self._engine.new_row(prompt), 0

            def send() -> None:
                nonlocal sent
                certain = row.certain_text()
                if len(certain) > sent:
                    loop.call_soon_threadsafe(pieces.put_nowait, certain[sent:])
                    sent = len(certain)

            self._engine.decode([row], is_cancelled=cancelled.is_set, on_step=send)
            return row

        decoding = asyncio.ensure_future(self._in_worker(decode, cancelled))
        decoding.add_done_callback(lambda _: pieces.put_nowait(None))
        thoughts, said = ReasoningFilter(), ""
        try:
            while (piece := await pieces.get()) is not None:
                if answer := thoughts.feed(piece):
                    said += answer
                    yield answer
            row = await decoding
        finally:
            decoding.cancel()
            await asyncio.gather(decoding, return_exceptions=True)
        if rest := thoughts.end():
            said += rest
            yield rest
        usable_reply(said, prompt.constraint, cut_off=row.finish_reason == "length")

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """One reply per prompt, in the same order, ``batch_size`` of them side by side."""
        for prompt in prompts:
            self._require_room(prompt)
        completions: list[Completion] = []
        for start in range(0, len(prompts), self._batch_size):
            completions += await self._generate_together(prompts[start : start + self._batch_size])
        return completions

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """Probability of each choice by the likelihood of all its tokens."""
        options = require_options(choices)
        prompt = self._engine.prompt_tokens(messages)
        require_room(self._name, len(prompt), 1, self.context_tokens)
        started = time.monotonic()
        likelihoods, tokens = await self._in_worker(
            lambda: self._engine.log_likelihoods(prompt, options), threading.Event()
        )
        usage = Usage(1, len(prompt) + tokens, 0, time.monotonic() - started)
        return ChoiceScores(share(dict(zip(options, likelihoods, strict=True))), usage)

    async def aclose(self) -> None:
        """Ends the worker and what it is at; the memory goes with the model. Later requests are refused."""
        self._closed = True
        for cancelled in self._under_way:
            cancelled.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _generate_together(self, prompts: Sequence[Prompt]) -> list[Completion]:
        cancelled = threading.Event()

        def decode() -> list[Row]:
            rows = [self._engine.new_row(prompt) for prompt in prompts]
            self._engine.decode(rows, is_cancelled=cancelled.is_set)
            return rows

        started = time.monotonic()
        rows = await self._in_worker(decode, cancelled)
        seconds = (time.monotonic() - started) / len(rows)
        return [self._completion(row, seconds) for row in rows]

    def _completion(self, row: Row, seconds: float) -> Completion:
        reason = row.finish_reason or "length"
        answer, reasoning = apart(row.text)
        text = usable_reply(answer, row.prompt.constraint, cut_off=reason == "length", reasoning=reasoning)
        usage = Usage(1, self.count_tokens(row.prompt.messages), len(row.tokens), seconds)
        return Completion(text, usage, reason, reasoning is not None)

    def _require_room(self, prompt: Prompt) -> None:
        require_room(self._name, self.count_tokens(prompt.messages), prompt.max_tokens, self.context_tokens)

    async def _in_worker(self, work: Callable[[], Result], cancelled: threading.Event) -> Result:
        self._require_open()
        self._under_way.add(cancelled)
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._worker, work)
        except asyncio.CancelledError:
            cancelled.set()
            task = asyncio.current_task()
            if task is None or not task.cancelling():  # it was closing that dropped the request, not its caller
                self._require_open()
            raise
        finally:
            self._under_way.discard(cancelled)
        self._require_open()
        return result

    def _require_open(self) -> None:
        if self._closed:
            raise BackendError(f"the language model {self._name} was closed: load it again to ask it more")
