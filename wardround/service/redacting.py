"""An agent that hears questions only after names, dates and record numbers were taken out (``sessions.redact``)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from wardround.agent.events import Event
from wardround.agent.records import Turn
from wardround.retrievers.protocols import Where
from wardround.service.desk import Answering


class RedactingAgent:
    """Answers as ``agent`` does what ``clean`` leaves of a question and of what was said before it."""

    def __init__(self, agent: Answering, clean: Callable[[str], str]) -> None:
        self._agent = agent
        self._clean = clean

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncGenerator[Event]:
        """The events of the question as it is after cleaning; closing it cancels the question."""
        said = [replace(one, question=self._clean(one.question), answer=self._clean(one.answer)) for one in history]
        async with aclosing(self._agent.stream(self._clean(question), history=said, where=where)) as events:
            async for event in events:
                yield event

    def close(self) -> None:
        """Releases what the agent holds."""
        self._agent.close()
