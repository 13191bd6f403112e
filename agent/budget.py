"""What one question may cost: once another round cannot be paid for, the rounds end and the reason says so."""

from __future__ import annotations

from dataclasses import dataclass

from wardround.agent.models.protocol import Usage
from wardround.agent.settings import AgentSettings


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one question; 0 is no limit.

    Attributes:
        calls: of the language model.
        tokens: of its prompts and replies together.
        seconds: of wall-clock time.
    """

    calls: int = 0
    tokens: int = 0
    seconds: float = 0.0

    def objection(self, spent: Usage, seconds: float, *, calls_ahead: int) -> str | None:
        """Why no more may be begun, as a clause for the trace; None while everything is within its limit.

        Args:
            spent: by the language model so far.
            seconds: since the question was asked.
            calls_ahead: calls that what would be begun, and the answer after it, need at least.
        """
        if self.calls and spent.calls + calls_ahead > self.calls:
            return f"the budget of {self.calls} calls has no room for another round (agent.max_calls)"
        tokens = spent.prompt_tokens + spent.completion_tokens
        if self.tokens and tokens >= self.tokens:
            return f"the budget of {self.tokens} tokens is spent (agent.max_tokens)"
        if self.seconds and seconds >= self.seconds:
            return f"the budget of {self.seconds:g} seconds is spent (agent.max_seconds)"
        return None

    def calls_left(self, spent: Usage) -> int | None:
        """How many further calls are within the limit; None when there is no limit."""
        return max(0, self.calls - spent.calls) if self.calls else None


def budget_of(settings: AgentSettings) -> Budget:
    """The limits that the settings name."""
    return Budget(settings.max_calls, settings.max_tokens, settings.max_seconds)


def answering_calls(has_options: bool, samples: int) -> int:
    """What the steps after the rounds need at least: each sampled answer, and two scores where there are options."""
    return samples * (3 if has_options else 1)


NO_BUDGET = Budget()
