"""plan: closes the round that came back, and decides what to look up next."""

from __future__ import annotations

import dataclasses
from typing import Any

from langgraph.config import get_stream_writer

from wardround.agent.budget import answering_calls
from wardround.agent.context import AgentContext
from wardround.agent.events import RoundStarted
from wardround.agent.models.protocol import Usage
from wardround.agent.records import Found, Plan, Round
from wardround.agent.state import State
from wardround.corpora.records import Passage
from wardround.errors import WardroundError

_CALLS_OF_A_PLAN = 1
_MORE_IN_THE_LAST = 2
"""The last round's queries need no briefs, so that each costs a search alone: twice as many may be asked."""


async def plan(state: State, context: AgentContext) -> dict[str, Any]:
    """The next queries, or none and the reason why the rounds end.

    A planner that fails is carried, not raised: the first round then looks up the question itself, a later one ends.
    """
    rounds = _with_last_round(state)
    if reason := _why_to_stop(state, context, rounds):
        return {"plan": Plan(queries=(), reason=reason), "rounds": rounds, "stopped_because": reason}
    last = _is_last(state, context, len(rounds) + 1)
    n_queries = context.settings.n_queries * (_MORE_IN_THE_LAST if last else 1)
    planned = dataclasses.replace(await _planned(state, context, n_queries, begun=bool(rounds)), last=last)
    update: dict[str, Any] = {"plan": planned, "rounds": rounds, "usage": planned.usage}
    if planned.error:
        update["warnings"] = (f"planning failed: {planned.error}",)
    if planned.queries:
        get_stream_writer()(RoundStarted(len(rounds) + 1, planned.queries))
    else:
        update["stopped_because"] = planned.reason
    return update


async def _planned(state: State, context: AgentContext, n_queries: int, *, begun: bool) -> Plan:
    found = distinct_passages(state.get("found", ()))
    try:
        return await context.planner.plan(state["framed"], state.get("briefs", ()), found, n_queries)
    except WardroundError as error:
        queries = () if begun else (state["framed"].question,)
        return Plan(queries, "planning failed", error=str(error))


def distinct_passages(found: tuple[Found, ...]) -> tuple[Passage, ...]:
    """Every passage once, in the order in which it was first found."""
    passages = {hit.passage.id: hit.passage for one in found for hit in one.hits}
    return tuple(passages.values())


def _why_to_stop(state: State, context: AgentContext, rounds: tuple[Round, ...]) -> str | None:
    if not rounds:
        return None
    if rounds[-1].new_passages == 0 and not context.fixed_rounds:
        return "the last round found no new passage"
    if len(rounds) >= context.settings.n_rounds:
        return f"all {len(rounds)} rounds are spent"
    return _objection(state, context, _CALLS_OF_A_PLAN)


def _is_last(state: State, context: AgentContext, number: int) -> bool:
    """Whether no round can follow the next one; only asked where that spares its briefs."""
    if context.briefs_every_round:
        return False
    briefs = context.settings.n_queries + (1 if number == 1 else 0)  # the question itself comes before the first
    full_round_and_a_plan = _CALLS_OF_A_PLAN + briefs + _CALLS_OF_A_PLAN
    return number >= context.settings.n_rounds or _objection(state, context, full_round_and_a_plan) is not None


def _objection(state: State, context: AgentContext, calls: int) -> str | None:
    spent, has_options = state.get("usage", Usage()), bool(state["framed"].options)
    seconds = context.clock() - state["started_at"]
    answering = answering_calls(has_options, context.settings.samples)
    return context.budget.objection(spent, seconds, calls_ahead=calls + answering)


def _with_last_round(state: State) -> tuple[Round, ...]:
    rounds = state.get("rounds", ())
    last = state["plan"] if "plan" in state else Plan(())
    if not last.queries:
        return rounds
    found = state.get("found", ())
    before = {passage.id for passage in distinct_passages(found[: -len(last.queries)])}
    new = [one for one in distinct_passages(found[-len(last.queries) :]) if one.id not in before]
    documents = tuple(dict.fromkeys(passage.document_id for passage in new))
    repeats = (one.query for one in state.get("briefs", ()) if one.repeats and one.query in last.queries)
    return (*rounds, Round(last.queries, len(new), (*last.dropped, *repeats), documents))
