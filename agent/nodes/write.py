"""write: claims that cite the selected passages."""

from __future__ import annotations

import dataclasses
from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import Token
from wardround.agent.records import Draft
from wardround.agent.state import State
from wardround.errors import WardroundError


async def write(state: State, context: AgentContext) -> dict[str, Any]:
    """The draft; when the writer fails, the evidence is quoted instead, and the answer says so."""
    framed, evidence = state["framed"], state["selection"].evidence
    stream = get_stream_writer()

    def on_token(text: str) -> None:
        stream(Token(text))

    try:
        draft = await context.writer.write(framed, evidence, state.get("briefs", ()), on_token)
    except WardroundError as error:
        draft = Draft(claims=(), error=str(error))
    if draft.error:
        quoted = await context.fallback_writer.write(framed, evidence, (), on_token)
        warning = f"the language model could not write the answer ({draft.error}); answered by quotation instead"
        draft = dataclasses.replace(
            quoted, warnings=(*draft.warnings, warning, *quoted.warnings), usage=draft.usage + quoted.usage
        )
    return {"draft": draft, "warnings": draft.warnings, "usage": draft.usage}
