"""select: how many passages the answer is written from."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import ContextsChosen
from wardround.agent.state import State


async def select(state: State, context: AgentContext) -> dict[str, Any]:
    """A prefix of the evidence, with its certificate when there is one."""
    selection = context.selector.select(state["framed"], state["evidence"])
    get_stream_writer()(ContextsChosen(len(selection.evidence), selection.candidates, selection.certificate))
    return {"selection": selection}
