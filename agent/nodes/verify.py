"""verify: every claim with the words it stands on, or a visible mark that it has none."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import ClaimVerified
from wardround.agent.state import State
from wardround.agent.verification import verify_draft


async def verify(state: State, context: AgentContext) -> dict[str, Any]:
    """Judges the draft claim by claim and deals with what is not supported as configured."""
    verification = await verify_draft(state["draft"], state["framed"], state["selection"].evidence, context)
    stream = get_stream_writer()
    for claim in verification.claims:
        stream(ClaimVerified(claim.text, claim.verdict))
    return {"claims": verification.claims, "warnings": verification.warnings, "usage": verification.usage}
