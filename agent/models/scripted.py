"""A language model that says what it was told to say, and remembers what it was asked: for tests."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from wardround.agent.models.option_scores import require_options
from wardround.agent.models.protocol import Choice, ChoiceScores, Completion, Message, Prompt, Usage
from wardround.agent.models.reasoning import apart
from wardround.agent.models.replies import estimated_tokens, usable_reply

Said = str | Mapping[str, float]
"""A text, or weights over options for ``score_choices``."""

Reply = Said | Exception | Callable[[Prompt], "Said"]

_WORDS = re.compile(r"\S+\s*|\s+")


class ScriptExhaustedError(RuntimeError):
    """The code under test asked more often than the script foresaw.

    Deliberately none of our own error classes: code that handles a failing model must not swallow it.
    """


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the model got it. A ``score`` call's options are its prompt's ``Choice``."""

    kind: Literal["generate", "stream", "score"]
    prompt: Prompt


class ScriptedModel:
    """Answers from a queue of replies, then from ``otherwise``.

    A reply is a text, an exception to raise, or a function of the prompt that returns a text. For
    ``score_choices`` it may also be weights by option; a text there means "this option, for certain".
    A text that breaks the prompt's constraint raises ``ModelOutputError``, as with real engines. A token
    is a word with the white space after it.

    Attributes:
        calls: every request, oldest first; a batch counts as its prompts.
    """

    def __init__(
        self,
        replies: Iterable[Reply] = (),
        *,
        otherwise: Callable[[Prompt], Said] | None = None,
        name: str = "scripted",
        context_tokens: int = 32_768,
    ) -> None:
        self.calls: list[Call] = []
        self._queue: deque[Reply] = deque(replies)
        self._otherwise = otherwise
        self._name = name
        self._context_tokens = context_tokens

    @property
    def name(self) -> str:
        """The name it was given."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The name; a script is not versioned."""
        return f"scripted:{self._name}"

    @property
    def context_tokens(self) -> int:
        """The size it was given."""
        return self._context_tokens

    @property
    def remaining(self) -> int:
        """Replies not yet used."""
        return len(self._queue)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The over-estimate that engines without a tokeniser use."""
        return estimated_tokens(messages)

    async def generate(self, prompt: Prompt) -> Completion:
        """The next reply of the script."""
        return self._complete("generate", prompt)

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The next reply of the script, word by word."""
        for word in _WORDS.findall(self._complete("stream", prompt).text):
            yield word

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """One reply of the script per prompt, in order."""
        return [self._complete("generate", prompt) for prompt in prompts]

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """The next reply as weights, renormalised; an option without a weight has 0."""
        options = require_options(choices)
        prompt = Prompt(tuple(messages), constraint=Choice(options))
        said = self._next("score", prompt)
        weights = {usable_reply(said, prompt.constraint): 1.0} if isinstance(said, str) else said
        total = math.fsum(weights.get(option, 0.0) for option in options)
        usage = Usage(calls=1, prompt_tokens=self.count_tokens(messages))
        return ChoiceScores({option: weights.get(option, 0.0) / total for option in options}, usage)

    async def aclose(self) -> None:
        """Nothing to release."""

    def _complete(self, kind: Literal["generate", "stream"], prompt: Prompt) -> Completion:
        said = self._next(kind, prompt)
        if not isinstance(said, str):
            raise ScriptExhaustedError(f"the script holds weights where call {len(self.calls)} needs a text: {said}")
        words = _WORDS.findall(_until_stop(said, prompt.stop))
        cut_off = len(words) > prompt.max_tokens
        answer, reasoning = apart("".join(words[: prompt.max_tokens]))
        text = usable_reply(answer, prompt.constraint, cut_off=cut_off, reasoning=reasoning)
        usage = Usage(1, self.count_tokens(prompt.messages), min(len(words), prompt.max_tokens))
        return Completion(text, usage, "length" if cut_off else "stop", reasoning is not None)

    def _next(self, kind: Literal["generate", "stream", "score"], prompt: Prompt) -> Said:
        self.calls.append(Call(kind, prompt))
        if not self._queue and self._otherwise is None:
            last = prompt.messages[-1].content[:200] if prompt.messages else ""
            raise ScriptExhaustedError(f"call {len(self.calls)} ({kind}) has no reply left; it asked: {last!r}")
        reply = self._queue.popleft() if self._queue else self._otherwise
        if isinstance(reply, Exception):
            raise reply
        return reply(prompt) if callable(reply) else reply  # type: ignore[return-value]  # None was excluded


def _until_stop(text: str, stops: Sequence[str]) -> str:
    ends = [text.find(stop) for stop in stops if stop in text]
    return text[: min(ends)] if ends else text
