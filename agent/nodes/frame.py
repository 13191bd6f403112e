"""frame: the question as the rest of the way sees it."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import QuestionFramed
from wardround.agent.state import State


async def frame(state: State, context: AgentContext) -> dict[str, Any]:
    """Turns the question, in its conversation, into one that stands alone."""
    started_at = context.clock()
    framed = await context.framer.frame(state["question"], state.get("options", ()), state.get("conversation", ()))
    get_stream_writer()(QuestionFramed(framed.question, framed.notice))
    return {
        "framed": framed,
        "rounds": (),
        "started_at": started_at,
        "warnings": framed.warnings,
        "usage": framed.usage,
    }
