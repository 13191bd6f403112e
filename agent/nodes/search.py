"""search: one query's hits; the queries of a round run side by side."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.config import get_stream_writer
from langgraph.types import Command, Send

from wardround.agent.context import AgentContext
from wardround.agent.events import QueryFound
from wardround.agent.records import Found
from wardround.agent.state import BriefTask, SearchTask
from wardround.errors import WardroundError


async def search(task: SearchTask, context: AgentContext) -> Command[Any]:
    """Searches for the query and hands its hits on to be briefed; a failure is carried, not raised."""
    query = task["query"]
    try:
        hits = await asyncio.to_thread(context.retriever.search, query, context.settings.search_depth, context.where)
        found = Found(query, tuple(hits))
    except WardroundError as error:
        found = Found(query, (), error=str(error))
    get_stream_writer()(QueryFound(query, len(found.hits), found.error))
    update: dict[str, Any] = {"found": (found,)}
    if found.error:
        update["warnings"] = (f"the search for {query!r} failed: {found.error}",)
    return Command(update=update, goto=Send("brief", BriefTask(query=query, hits=found.hits)))
