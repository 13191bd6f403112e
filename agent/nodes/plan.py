"""plan: closes the round that came back, and decides what to look up next."""

from __future__ import annotations

from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.context import AgentContext
from wardround.agent.events import RoundStarted
from wardround.agent.records import Found, Plan, Round
from wardround.agent.state import State
from wardround.corpora.records import Passage


async def plan(state: State, context: AgentContext) -> dict[str, Any]:
    """The next queries, or none and the reason why the rounds end."""
    rounds = _with_last_round(state)
    settings = context.settings
    if rounds and rounds[-1].new_passages == 0 and not context.fixed_rounds:
        return _stop(rounds, "the last round found no new passage")
    if len(rounds) >= settings.n_rounds:
        return _stop(rounds, f"all {settings.n_rounds} rounds are spent")
    planned = await context.planner.plan(
        state["framed"], state.get("briefs", ()), distinct_passages(state.get("found", ())), settings.n_queries
    )
    update: dict[str, Any] = {"plan": planned, "rounds": rounds, "usage": planned.usage}
    if planned.error:
        update["warnings"] = (f"planning failed: {planned.error}",)
    if planned.queries:
        get_stream_writer()(RoundStarted(len(rounds) + 1, planned.queries))
    else:
        update["stopped_because"] = planned.reason
    return update


def distinct_passages(found: tuple[Found, ...]) -> tuple[Passage, ...]:
    """Every passage once, in the order in which it was first found."""
    passages = {hit.passage.id: hit.passage for one in found for hit in one.hits}
    return tuple(passages.values())


def _with_last_round(state: State) -> tuple[Round, ...]:
    rounds = state.get("rounds", ())
    asked = state["plan"].queries if "plan" in state else ()
    if not asked:
        return rounds
    found = state.get("found", ())
    before = {passage.id for passage in distinct_passages(found[: -len(asked)])}
    now = {passage.id for passage in distinct_passages(found[-len(asked) :])}
    return (*rounds, Round(asked, len(now - before)))


def _stop(rounds: tuple[Round, ...], reason: str) -> dict[str, Any]:
    return {"plan": Plan(queries=(), reason=reason), "rounds": rounds, "stopped_because": reason}
