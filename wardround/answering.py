"""One question from a synchronous program: follow the events, return the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from wardround.agent.answer import Answer
from wardround.agent.events import Event, Finished
from wardround.agent.records import Turn
from wardround.errors import BackendError


class StreamingAgent(Protocol):
    """The part of ``ClinicalAgent`` that the command line and the chat use."""

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> AsyncIterator[Event]:
        """What happens while the question is answered, ``Finished`` last."""
        ...

    def close(self) -> None:
        """Releases what the agent holds."""
        ...


def answer_while_telling(
    agent: StreamingAgent, question: str, tell: Callable[[Event], None], *, history: Sequence[Turn] = ()
) -> Answer:
    """The answer; ``tell`` hears of every event as it happens.

    Raises:
        KeyboardInterrupt: Ctrl-C; the run is cancelled before this is raised.
        WardroundError: the question could not be answered.
    """

    async def follow() -> Answer:
        async for event in agent.stream(question, history=history):
            tell(event)
            if isinstance(event, Finished):
                return event.answer
        raise BackendError("the run ended without an answer: ask again to go on from its last step")

    return asyncio.run(follow())
