"""The interface of a language model and the records that pass through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a dialogue."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The output must be JSON that this schema accepts."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """The output must be exactly one of these strings."""

    options: tuple[str, ...]


Constraint = JsonSchema | Choice


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request: what is said, and how the reply is decoded.

    Attributes:
        max_tokens: the reply ends after this many tokens at the latest.
        temperature: 0 is greedy decoding.
        top_p: nucleus mass in (0, 1].
        seed: for sampling; the same prompt and seed give the same reply where the engine can.
        constraint: the form the reply must have, enforced while decoding.
    """

    messages: tuple[Message, ...]
    max_tokens: int = 512
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    constraint: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What was spent; adds up with ``+``."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """The sum, field by field."""
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.seconds + other.seconds,
        )


NOTHING_SPENT = Usage()


@dataclass(frozen=True, slots=True)
class Completion:
    """One reply.

    Attributes:
        text: without the reasoning that may have stood before it.
        finish_reason: ``length`` when ``max_tokens`` cut it off.
        reasoned: whether there was such reasoning.
    """

    text: str
    usage: Usage
    finish_reason: Literal["stop", "length"]
    reasoned: bool = False


@dataclass(frozen=True, slots=True)
class ChoiceScores:
    """How probable each option is, renormalised over the options; sums to 1.

    Attributes:
        probabilities: by option, in the order the options were given.
        method: likelihood: from the model's token probabilities; choice: the engine gives none, so the
            option it chose has 1 and the others 0, which says nothing about how sure it is.
    """

    probabilities: Mapping[str, float]
    usage: Usage
    method: Literal["likelihood", "choice"] = "likelihood"


class LanguageModel(Protocol):
    """A model that answers prompts. Every implementation passes ``tests/conformance/test_language_model.py``.

    Every method may raise ``BackendError`` (``TransientBackendError`` once retries are used up) and
    ``ModelOutputError`` for a reply that breaks its constraint. Cancelling the awaiting task frees what
    the request holds.
    """

    @property
    def name(self) -> str:
        """The model's name, as a person would write it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever replies may: model, revision, dtype, engine."""
        ...

    @property
    def context_tokens(self) -> int:
        """Prompt and reply together must not exceed this."""
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of a prompt, the chat template included; never fewer than the model will see."""
        ...

    async def generate(self, prompt: Prompt) -> Completion:
        """The whole reply."""
        ...

    def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The reply in pieces as they come; joined they are the text ``generate`` returns."""
        ...

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """One reply per prompt, in the same order."""
        ...

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """Probability of each choice as the next thing the assistant says."""
        ...

    async def aclose(self) -> None:
        """Releases connections and memory; a second call does nothing."""
        ...
