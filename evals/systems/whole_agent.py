"""The clinical agent under evaluation, as a user would ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wardround.agent.answer import Answer
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import Usage
from wardround.agent.records import AnswerOption
from wardround.evals.records import Item, ItemResult


class AgentSystem:
    """Asks an agent each question, with its options; the options are never part of a search."""

    def __init__(self, agent: ClinicalAgent, fingerprint: Mapping[str, Any], mode: str = "agent") -> None:
        """Evaluates ``agent``, which stays the caller's to close.

        Args:
            agent: is asked once an item.
            fingerprint: everything its answers depend on.
            mode: the run's name for this way of answering.
        """
        self._agent = agent
        self._fingerprint = dict(fingerprint)
        self._mode = mode

    @property
    def mode(self) -> str:
        """As given."""
        return self._mode

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """As given."""
        return self._fingerprint

    async def __call__(self, item: Item) -> ItemResult:
        """The cited answer; a choice counts as the answer's own, an abstention as a refusal.

        Raises:
            WardroundError: the agent could not answer.
        """
        options = tuple(AnswerOption(letter, text) for letter, text in item.options.items())
        answer = await self._agent.aask(item.question, options=options)
        return ItemResult(
            item.id,
            text=answer.to_text(),
            answer=answer.model_dump(mode="json"),
            confidence=_confidence(answer),
            usage=Usage(
                answer.usage.calls,
                answer.usage.prompt_tokens,
                answer.usage.completion_tokens,
                answer.usage.seconds,
            ),
            rounds=len(answer.rounds),
        )


def _confidence(answer: Answer) -> float | None:
    """The probability of the chosen option, where the agent states one."""
    chosen = [option.probability for option in answer.options if option.letter == answer.choice]
    return min(1.0, chosen[0]) if chosen and chosen[0] is not None else None
