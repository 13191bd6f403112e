"""brief: a short answer to one query out of its hits."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import Briefed
from wardround.agent.records import Brief
from wardround.agent.state import BriefTask
from wardround.errors import WardroundError


async def brief(task: BriefTask, context: AgentContext) -> dict[str, Any]:
    """What the hits say to the query, with the ids they say it in; a failure is carried, not raised."""
    query, hits = task["query"], task["hits"]
    try:
        written = await context.briefer.brief(query, hits)
    except WardroundError as error:
        written = Brief(query, "", error=str(error))
    get_stream_writer()(Briefed(query, written.text))
    update: dict[str, Any] = {"briefs": (written,), "usage": written.usage}
    if written.error:
        update["warnings"] = (f"no brief for {query!r}: {written.error}",)
    return update
