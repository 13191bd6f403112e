"""gather: all hits of all rounds as one ranked evidence list for the question."""

from __future__ import annotations

from typing import Any

from wardround.agent.context import AgentContext
from wardround.agent.gathering import rank_evidence
from wardround.agent.state import State


async def gather(state: State, context: AgentContext) -> dict[str, Any]:
    """Every passage once, those found early and by several queries first."""
    return {"evidence": rank_evidence(state.get("found", ()))}
