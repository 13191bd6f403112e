"""A language model in front of another one, for what is added to every call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from wardround.agent.models.protocol import ChoiceScores, Completion, LanguageModel, Message, Prompt


class ModelAround:
    """A ``LanguageModel`` that passes everything on; who adds to a call overrides it. No reply is changed."""

    def __init__(self, model: LanguageModel) -> None:
        """Stands in front of ``model``."""
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def fingerprint(self) -> str:
        """The model's: what is added changes no reply."""
        return self._model.fingerprint

    @property
    def context_tokens(self) -> int:
        """The model's."""
        return self._model.context_tokens

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The model's count."""
        return self._model.count_tokens(messages)

    async def generate(self, prompt: Prompt) -> Completion:
        """The model's reply."""
        return await self._model.generate(prompt)

    def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The model's reply in pieces."""
        return self._model.stream(prompt)

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """The model's replies."""
        return await self._model.generate_batch(prompts)

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """The model's scores."""
        return await self._model.score_choices(messages, choices)

    async def aclose(self) -> None:
        """Releases the model."""
        await self._model.aclose()
