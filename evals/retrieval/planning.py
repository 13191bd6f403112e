"""The agent's planners as what gives a query further forms: their first round, without the answers in between."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.collaborators import Planner
from wardround.agent.event_loop import LoopThread
from wardround.agent.quoting.planner import LOOKED_AT, CoveragePlanner
from wardround.agent.records import Brief, Framed, Plan
from wardround.corpora.records import Passage
from wardround.errors import EvaluationError
from wardround.retrievers.rewriting.planned import PlannedQueries
from wardround.retrievers.term_rarity import TermRarity

N_QUERIES = 3
"""Further queries a question, as in i-MedRAG's rounds (methods 3.1)."""


def planned_by_model(planner: Planner, fingerprint: str, loop: LoopThread) -> PlannedQueries:
    """Queries of a planner that asks a language model, in the loop that the model belongs to.

    Args:
        planner: sees the query alone.
        fingerprint: of planner and model.
        loop: the model's.
    """

    def plan(query: str, found: Sequence[Passage]) -> Sequence[str]:
        return _usable(loop.run(planner.plan(Framed(query), (), found, N_QUERIES)))

    return PlannedQueries(plan, 0, fingerprint)


def planned_by_coverage(rarity: TermRarity, loop: LoopThread) -> PlannedQueries:
    """A query's parts, and what the best passages by words do not speak to; no language model is asked.

    Args:
        rarity: of words in the index that is searched.
        loop: in which the planner runs.
    """
    planner = CoveragePlanner(rarity)

    def plan(query: str, found: Sequence[Passage]) -> Sequence[str]:
        framed, looked_up = Framed(query), (Brief(query, ""),)
        parts = _usable(loop.run(planner.plan(framed, (), found, N_QUERIES)))
        return [*parts, *_usable(loop.run(planner.plan(framed, looked_up, found, N_QUERIES)))]

    return PlannedQueries(plan, LOOKED_AT, f"by coverage 1, {N_QUERIES} queries")


def _usable(plan: Plan) -> Sequence[str]:
    if plan.error:
        raise EvaluationError(f"the planner gave no queries: {plan.error}")
    return plan.queries
