"""An application on a real port of this machine, in a thread, and an agent for it that can be watched."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager

import uvicorn

from tests.wardround.fake_agent import an_answer, searched_under
from wardround.agent.events import ContextsChosen, Event, Finished, QueryFound, QuestionFramed, RoundStarted, Token
from wardround.agent.records import Turn
from wardround.agent.settings import ServiceSettings
from wardround.commands.progress import progress_lines
from wardround.errors import InputError, StoreError, TransientBackendError
from wardround.retrievers.protocols import EVERYWHERE, Where
from wardround.service.app import build_app

PATIENCE = 20
NOTICE = "This may be an emergency: call now [112]."


ROUNDS: tuple[Event, ...] = (RoundStarted(1, ("antibiotics timing",)), QueryFound("antibiotics timing", 2))
CHOSEN = ContextsChosen(1, 2, None)


def told_of_the_rounds() -> list[str]:
    """The lines in which the program tells of what a watched agent does."""
    return [line for event in (*ROUNDS, CHOSEN) for line in progress_lines(event)]


class WatchedAgent:
    """Answers at once; words in the question make it do otherwise.

    ``wait`` never ends, ``broken``, ``passing`` and ``defect`` fail, ``empty`` is refused, ``unknown`` abstains,
    ``chest pain`` gets a notice.

    Attributes:
        asked: every question with what was said before it.
        waiting: released when a question begins to wait.
        cancelled: released when a waiting question is cancelled.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.waiting = threading.Semaphore(0)
        self.cancelled = threading.Semaphore(0)
        self.closed = threading.Event()

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncGenerator[Event]:
        self.asked.append((question, tuple(history)))
        if "empty" in question:
            raise InputError("the question is empty")
        notice = NOTICE if "chest pain" in question else None
        yield QuestionFramed(question, notice)
        for event in ROUNDS:
            yield event
        if "broken" in question:
            raise StoreError("the index in /secret/folder is damaged")
        if "passing" in question:
            raise TransientBackendError("the server at http://10.0.0.1 hangs")
        if "defect" in question:
            raise KeyError("words of the patient")
        if "wait" in question:
            self.waiting.release()
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.release()
        yield CHOSEN
        yield Token("never sent, because it is not verified")
        answer = an_answer(question, abstained="unknown" in question).model_copy(update={"notice": notice})
        yield Finished(searched_under(answer, where or EVERYWHERE))

    def close(self) -> None:
        self.closed.set()


@contextmanager
def served(agent: WatchedAgent, token: str | None = None, **settings: int) -> Iterator[str]:
    """The base address of the application around ``agent``."""
    app = build_app(agent, ServiceSettings(**settings), token)  # type: ignore[arg-type]
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as the command does
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        assert not thread.is_alive()
        listener.close()
