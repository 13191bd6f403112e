"""Counts what a language model is asked inside a block, for calls whose own results have no place for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from wardround.agent.models.around import ModelAround
from wardround.agent.models.protocol import ChoiceScores, Completion, Message, Prompt, Usage
from wardround.errors import ModelOutputError


@dataclass(slots=True)
class Meter:
    """What was spent inside a block so far."""

    usage: Usage = field(default_factory=Usage)

    def add(self, usage: Usage) -> None:
        """Counts one call."""
        self.usage = self.usage + usage


_running: ContextVar[Meter | None] = ContextVar("wardround_meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Counts every call of a ``MeteredModel`` that this task, or a task it starts, makes inside the block.

    Other runs that share the model are not counted. The inner of two nested blocks counts alone.
    """
    meter = Meter()
    token = _running.set(meter)
    try:
        yield meter
    finally:
        _running.reset(token)


class MeteredModel(ModelAround):
    """A ``LanguageModel`` that tells the block it is called in what each call cost; otherwise the model itself."""

    async def generate(self, prompt: Prompt) -> Completion:
        """The model's reply."""
        started = time.monotonic()
        try:
            completion = await self._model.generate(prompt)
        except ModelOutputError as error:
            said = Message("assistant", f"{error.reasoning or ''}{error.raw}")
            await self._count_by_tokens(prompt.messages, said, time.monotonic() - started)
            raise
        _count(completion.usage)
        return completion

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The model's reply in pieces; tokens are counted once it has ended."""
        started = time.monotonic()
        pieces = []
        reply = self._model.stream(prompt)
        try:
            async for piece in reply:
                pieces.append(piece)
                yield piece
        finally:
            if isinstance(reply, AsyncGenerator):  # so that whoever stops reading here frees the request at once
                await reply.aclose()
        said = Message("assistant", "".join(pieces))
        await self._count_by_tokens(prompt.messages, said, time.monotonic() - started)

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """The model's replies."""
        completions = await self._model.generate_batch(prompts)
        for completion in completions:
            _count(completion.usage)
        return completions

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """The model's scores."""
        scores = await self._model.score_choices(messages, choices)
        _count(scores.usage)
        return scores

    async def _count_by_tokens(self, asked: Sequence[Message], said: Message, seconds: float) -> None:
        """Counts a call whose reply came without usage, by the model's own tokenizer."""
        if _running.get() is None:
            return
        read, written = await asyncio.to_thread(  # a server may have to be asked, and other questions are under way
            lambda: (self.count_tokens(asked), self.count_tokens((said,)) if said.content else 0)
        )
        _count(Usage(1, read, written, seconds))


def _count(usage: Usage) -> None:
    if (meter := _running.get()) is not None:
        meter.add(usage)
