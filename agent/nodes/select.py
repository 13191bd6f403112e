"""select: how many passages the answer is written from."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import ContextsChosen
from wardround.agent.state import State


async def select(state: State, context: AgentContext) -> dict[str, Any]:
    """The evidence to read, with its certificate when there is one, and a warning when a given one does not hold.

    What is not read is kept no longer.
    """
    # A certified one reads vectors from the store and embeds the question.
    selection = await asyncio.to_thread(context.selector.select, state["framed"], state["evidence"])
    get_stream_writer()(ContextsChosen(len(selection.evidence), selection.candidates, selection.certificate))
    told = tuple(filter(None, (selection.without_certificate, selection.remark)))
    return {"selection": selection, "evidence": selection.evidence, "warnings": told}
