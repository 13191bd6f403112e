"""verify: every claim with the words it stands on, or a visible mark that it has none."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.citing.doses import without_doses, without_unquoted_doses
from wardround.agent.context import AgentContext
from wardround.agent.events import ClaimVerified
from wardround.agent.general_doses import without_general_doses
from wardround.agent.state import State
from wardround.agent.verification import verify_draft


async def verify(state: State, context: AgentContext) -> dict[str, Any]:
    """Judges the draft claim by claim and deals with what is not supported as configured."""
    calls_left = context.budget.calls_left(state["usage"])
    verification = await verify_draft(state["draft"], state["framed"], state["selection"].evidence, context, calls_left)
    claims, unquoted = without_unquoted_doses(verification.claims)
    passages = {one.passage.id: one.passage for one in state["selection"].evidence}
    claims, general = without_general_doses(state["framed"].question, claims, passages)
    stream = get_stream_writer()
    for claim in claims:
        stream(ClaimVerified(claim.text, claim.verdict, tuple(dict.fromkeys(one.passage_id for one in claim.quotes))))
    warnings = (*map(without_doses, verification.warnings), *unquoted, *general)
    return {"claims": claims, "warnings": warnings, "usage": verification.usage}
