"""Running the graph so that a killed run goes on where it stopped, with nothing asked twice."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import ExitStack, aclosing
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphRecursionError

from wardround.agent.assembly import Equipment
from wardround.agent.events import Event, Finished
from wardround.agent.graph import build_graph, step_limit
from wardround.agent.nodes.gather import NothingSearchedError
from wardround.agent.state import State
from wardround.agent.tracing import unreported
from wardround.errors import InputError, StoreError, TransientBackendError
from wardround.files import exclusive_lock
from wardround.retrievers.protocols import EVERYWHERE


class RunKeeper:
    """Runs questions under a checkpointer.

    A run without a name of its own is named after what it asks and what would answer it, so the same
    question asked again finds the unfinished run. Once answered such a run is forgotten, because patients'
    details should not outlive their use; a run that the caller named is kept.
    """

    def __init__(self, equipment: Equipment, saver: BaseCheckpointSaver[Any], running: Path) -> None:
        self._equipment = equipment
        self._saver = saver
        self._running = running
        self._graph = build_graph(equipment.context, saver)

    async def events(self, state: State, thread_id: str | None) -> AsyncGenerator[Event]:
        """The events of the run, ``Finished`` last.

        A run that nobody could find again, because the same question was under way beside it, leaves nothing behind
        however it ends.

        Raises:
            InputError: ``thread_id`` names a run of another question, options or conversation, or under another filter.
            StoreError: it names a run that another version of wardround kept in a form of its own.
            TransientBackendError: the time limit passed; asking again goes on from the last finished step. Or no search
                went through; asking again begins anew.
        """
        where = self._equipment.context.where
        if where != EVERYWHERE:
            state = {**state, "filter": where.identity()}
        with ExitStack() as held:
            own_name = self._own_name(state, held)
            name = thread_id or own_name or uuid.uuid4().hex
            finished: Event | None = None
            try:
                async with aclosing(self._go_on(state, name, named=thread_id is not None)) as events:
                    async for event in events:
                        if isinstance(event, Finished):
                            finished = event
                        else:
                            yield event
            except NothingSearchedError:  # going on from here would only repeat the failure
                await self._saver.adelete_thread(name)
                raise
            finally:
                if thread_id is None and (finished is not None or own_name is None):
                    await self._saver.adelete_thread(name)
            if finished is not None:  # last of all, so that who stops reading here leaves nothing undone
                yield finished

    def _own_name(self, state: State, held: ExitStack) -> str | None:
        """The name of an unfinished run of the same question; None when that run is alive right now."""
        asked = json.dumps([*_asked(state), self._equipment.fingerprint])
        name = hashlib.sha256(asked.encode()).hexdigest()[:32]
        slot = name[:2]  # 256 lock files at most; two questions in one slot only lose the resuming
        alone = held.enter_context(exclusive_lock(self._running / slot))
        return name if alone else None

    async def _go_on(self, state: State, name: str, *, named: bool) -> AsyncGenerator[Event]:
        context = self._equipment.context
        config: RunnableConfig = {
            "configurable": {"thread_id": name},
            "recursion_limit": step_limit(context.settings.n_rounds),
        }
        try:
            stored = await self._graph.aget_state(config)
        except StoreError as error:
            if named:
                raise StoreError(f"the run {name!r} cannot be gone on with, choose another name: {error}") from error
            await self._saver.adelete_thread(name)
            stored = await self._graph.aget_state(config)
            state = {**state, "warnings": (f"an unfinished run of this question was begun anew: {error}",)}
        if stored.values and _asked(stored.values) != _asked(state):
            raise InputError(f"the run {name!r} belongs to another question: choose another name")
        if stored.values and stored.values.get("filter") != state.get("filter"):
            raise InputError(f"the run {name!r} was searched for under another filter: choose another name")
        if stored.values and not stored.tasks:
            yield Finished(stored.values["answer"])
            return
        start = None if stored.tasks else state
        try:
            async with asyncio.timeout(context.settings.timeout_seconds):
                told: AsyncIterator[Any] = self._graph.astream(start, config, stream_mode="custom", durability="sync")
                async for event in unreported(told):
                    yield event
        except TimeoutError:
            limit = context.settings.timeout_seconds
            raise TransientBackendError(
                f"no answer within {limit:g} seconds (agent.timeout_seconds): ask again to go on from the last step"
            ) from None
        except GraphRecursionError as error:
            raise RuntimeError("the graph took more steps than its rounds allow, which is a defect") from error


def _asked(state: Mapping[str, Any]) -> list[Any]:
    """What makes a question itself: its text, its options, and what was said before it."""
    return [
        state["question"],
        [[option.letter, option.text] for option in state.get("options", ())],
        [[turn.question, turn.answer] for turn in state.get("conversation", ())],
    ]
