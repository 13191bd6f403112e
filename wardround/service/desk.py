"""The desk that questions come to: it lets them in, gives each its turn, and counts how they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from wardround.agent.events import Event, Finished
from wardround.agent.records import Turn
from wardround.agent.settings import ServiceSettings
from wardround.errors import InputError
from wardround.retrievers.protocols import Where
from wardround.service.chat_requests import Asked
from wardround.service.log_lines import report_failure
from wardround.service.metrics import Metrics
from wardround.service.places import Places


class Answering(Protocol):
    """The part of ``ClinicalAgent`` that is served."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncGenerator[Event]:
        """What happens while the question is answered, ``Finished`` last; closing it cancels the question."""
        ...

    def close(self) -> None:
        """Releases what the agent holds."""
        ...


class Desk:
    """One agent and those who ask it."""

    def __init__(self, agent: Answering, settings: ServiceSettings) -> None:
        self._agent = agent
        self.places = Places(settings.concurrency, settings.waiting)
        self.metrics = Metrics(self.places)

    async def answering(self, asked: Asked) -> AsyncGenerator[Event]:
        """The events of one question, once it is its turn; closing it cancels the question and frees its place.

        Raises:
            WardroundError: the question could not be answered.
        """
        begun = time.monotonic()
        outcome = "cancelled"
        try:
            async with (
                self.places.turn(),
                aclosing(self._agent.stream(asked.question, history=asked.history, where=asked.where)) as events,
            ):
                async for event in events:
                    if isinstance(event, Finished):
                        outcome = "answered"
                        self.metrics.answered(event.answer, time.monotonic() - begun)
                    yield event
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except InputError:
            outcome = "refused"
            raise
        except Exception as error:
            outcome = "failed"
            report_failure(error)
            raise
        finally:
            if outcome != "answered":
                self.metrics.lost(outcome)

    async def close(self) -> None:
        """Closes the agent, which waits for nothing."""
        await asyncio.to_thread(self._agent.close)
