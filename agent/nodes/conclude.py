"""conclude: the answer that the run amounts to."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.caveats import with_caveats
from wardround.agent.context import AgentContext
from wardround.agent.declining import decline
from wardround.agent.events import Finished
from wardround.agent.filtering import with_filter_told
from wardround.agent.finishing import finish
from wardround.agent.state import State


async def conclude(state: State, context: AgentContext) -> dict[str, Any]:
    """Puts claims, references, rounds and costs together under the published contract."""
    seconds = max(0.0, context.clock() - state["started_at"])
    conclude_as = decline if state["framed"].declined else finish
    answer = conclude_as(state, mode=context.mode, model=context.model, seconds=seconds)
    told = await asyncio.to_thread(with_filter_told, answer, context)
    finished = with_caveats(told, context.corpus_as_of)
    get_stream_writer()(Finished(finished))
    return {"answer": finished}
