"""The steps of runs in SQLite, each value written once.

LangGraph's own SQLite savers write the whole state at every step, which came to 3 MB a question, and its asynchronous
one hands every statement, commit and cursor to its thread apart. Here a checkpoint names the versions of its values,
each value is kept once a version, as in LangGraph's Postgres form, and a step is one piece of work in one thread.

What a task of a step wrote matters only until the checkpoint after that step, which holds it. Most steps are one task,
and their checkpoint follows at once: so writes wait a moment for it, and are kept only where other tasks of the step
take longer.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.sqlite import SqliteSaver

from wardround.agent.stored_form import RecordSerializer

T = TypeVar("T")

_BUSY_SECONDS = 30
_MOMENT = 0.02
"""Seconds that a task's writes wait for the checkpoint that holds them; as much can be lost by a sudden end."""

_PREPARED = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
PRAGMA secure_delete=ON;  -- a forgotten question leaves no words in free pages
CREATE TABLE IF NOT EXISTS channel_values (
    thread_id TEXT NOT NULL,
    checkpoint_ns TEXT NOT NULL,
    channel TEXT NOT NULL,
    version TEXT NOT NULL,
    type TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (thread_id, checkpoint_ns, channel, version)
);
"""


class KeptSteps(SqliteSaver):
    """A checkpointer for one event loop. Build it with ``open``; ``aclose`` ends its thread.

    Checkpoints that hold their values themselves, as earlier versions wrote them, are read as well.
    """

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        super().__init__(connection, serde=RecordSerializer())
        self._thread = thread
        self._followed: dict[str, asyncio.Event] = {}

    @classmethod
    async def open(cls, path: Path) -> Self:
        """The checkpointer on the database at ``path``, which several processes may use: a busy one is waited for."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="wardround-steps")
        try:
            return await asyncio.get_running_loop().run_in_executor(thread, cls._opened, path, thread)
        except BaseException:
            thread.shutdown(wait=False)
            raise

    @classmethod
    def _opened(cls, path: Path, thread: ThreadPoolExecutor) -> Self:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
        try:
            connection.executescript(_PREPARED)
            steps = cls(connection, thread)
            steps.setup()
        except BaseException:
            connection.close()
            raise
        return steps

    async def aclose(self) -> None:
        """Waits for what is being written, then closes the database."""
        await self._apart(self.conn.close)
        self._thread.shutdown()

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint with its values; None when there is none."""
        kept = super().get_tuple(config)
        return None if kept is None else self._with_values(kept)

    def list(self, config: RunnableConfig | None, **narrowed: Any) -> Iterator[CheckpointTuple]:
        """The checkpoints with their values, newest first."""
        for kept in tuple(super().list(config, **narrowed)):
            yield self._with_values(kept)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Keeps the values that are new, then the checkpoint without any."""
        place = str(config["configurable"]["thread_id"]), config["configurable"]["checkpoint_ns"]
        values = checkpoint["channel_values"]
        rows = [
            (*place, channel, str(version), *self.serde.dumps_typed(values[channel]))
            for channel, version in new_versions.items()
            if channel in values
        ]
        with self.cursor(transaction=False) as cursor:  # what is written next ends the transaction
            cursor.executemany("INSERT OR REPLACE INTO channel_values VALUES (?, ?, ?, ?, ?, ?)", rows)
        return super().put(config, {**checkpoint, "channel_values": {}}, metadata, new_versions)

    def delete_thread(self, thread_id: str) -> None:
        """Forgets a run."""
        with self.cursor(transaction=False) as cursor:  # what is deleted next ends the transaction
            cursor.execute("DELETE FROM channel_values WHERE thread_id = ?", (str(thread_id),))
        super().delete_thread(thread_id)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """``get_tuple`` for asynchronous code."""
        return await self._apart(lambda: self.get_tuple(config))

    async def alist(self, config: RunnableConfig | None, **narrowed: Any) -> AsyncIterator[CheckpointTuple]:
        """``list`` for asynchronous code."""
        for kept in await self._apart(lambda: tuple(self.list(config, **narrowed))):
            yield kept

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """``put`` for asynchronous code; writes to the checkpoint before this one need not be kept any more."""
        followed = self._followed.pop(_identity(config), None)
        if followed is not None:
            followed.set()
        return await self._apart(lambda: self.put(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """``put_writes`` for asynchronous code; nothing is kept where the next checkpoint follows at once."""
        identity = _identity(config)
        followed = self._followed.setdefault(identity, asyncio.Event())
        try:
            async with asyncio.timeout(_MOMENT):
                await followed.wait()
        except TimeoutError:
            self._followed.pop(identity, None)
            await self._apart(lambda: self.put_writes(config, writes, task_id, task_path))

    async def adelete_thread(self, thread_id: str) -> None:
        """``delete_thread`` for asynchronous code."""
        await self._apart(lambda: self.delete_thread(thread_id))

    async def _apart(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _with_values(self, kept: CheckpointTuple) -> CheckpointTuple:
        checkpoint = kept.checkpoint
        place = kept.config["configurable"]
        with self.cursor(transaction=False) as cursor:
            rows = cursor.execute(
                "SELECT channel, version, type, value FROM channel_values WHERE thread_id = ? AND checkpoint_ns = ?",
                (str(place["thread_id"]), place["checkpoint_ns"]),
            ).fetchall()
        versions = {channel: str(version) for channel, version in checkpoint["channel_versions"].items()}
        values = {
            channel: self.serde.loads_typed((kind, value))
            for channel, version, kind, value in rows
            if versions.get(channel) == version
        }
        whole: Checkpoint = {**checkpoint, "channel_values": {**checkpoint["channel_values"], **values}}
        return kept._replace(checkpoint=whole)


def _identity(config: RunnableConfig) -> str:
    return str(config["configurable"].get("checkpoint_id"))
