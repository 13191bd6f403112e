"""Lets results that finish together share one wait for the disk."""

from __future__ import annotations

import asyncio

from wardround.errors import EvaluationError
from wardround.evals.runner.journal import Journal


class Commits:
    """Durable appends that do not hold up the event loop.

    A disk takes milliseconds to confirm a write. While it does, further lines gather and go together in the next one,
    so the cost an item falls as more of them finish at once.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def append(self, line: bytes) -> None:
        """Returns once ``line`` is on disk.

        Raises:
            EvaluationError: the disk does not take it.
        """
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((line, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await written

    async def settle(self) -> None:
        """Returns once nothing is being written, also after the workers were cancelled."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._waiting:
            together, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._journal.append, *(line for line, _ in together))
            except EvaluationError as error:
                for _, written in together:
                    if not written.done():
                        written.set_exception(error)
            else:
                for _, written in together:
                    if not written.done():
                        written.set_result(None)
        self._writing = None
