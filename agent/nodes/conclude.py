"""conclude: the answer that the run amounts to."""

from __future__ import annotations

from typing import Any

from wardround.agent.context import AgentContext
from wardround.agent.finishing import finish
from wardround.agent.state import State


async def conclude(state: State, context: AgentContext) -> dict[str, Any]:
    """Puts claims, references, rounds and costs together under the published contract."""
    seconds = max(0.0, context.clock() - state["started_at"])
    return {"answer": finish(state, mode=context.mode, model=context.model, seconds=seconds)}
