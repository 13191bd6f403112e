"""What every step may call upon; built once per agent and bound to the graph's nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from wardround.agent.budget import NO_BUDGET, Budget
from wardround.agent.collaborators import Briefer, Chooser, Framer, Planner, Selector, SupportJudge, Writer
from wardround.agent.settings import AgentSettings
from wardround.retrievers.protocols import EVERYWHERE, Retriever, Where


@dataclass(frozen=True)
class AgentContext:
    """The collaborators of one agent.

    Attributes:
        mode: the name under which the run is recorded.
        model: name of the language model, None when answers are quotations.
        fallback_writer: quotes when ``writer`` fails, and stands in for its unsupported claims.
        clock: seconds since the epoch; the answer's duration is measured with it.
        where: restricts every search.
        admitted: how many passages of the index a filter admits.
        corpus_as_of: the day on which the index was built, ISO 8601; None where nothing tells.
        fixed_rounds: all rounds are run as published, also after one that found nothing new or repeated another, and
            with one request to the model at a time.
        searches: False where nothing may be looked up.
        budget: what one question may cost.
        chooser: chooses without passages, to arbitrate between that choice and the one by evidence.
        briefs_every_round: False where briefs serve the planning alone, so that the last round goes without.
    """

    mode: str
    model: str | None
    framer: Framer
    planner: Planner
    retriever: Retriever
    briefer: Briefer
    selector: Selector
    writer: Writer
    fallback_writer: Writer
    judge: SupportJudge
    settings: AgentSettings
    admitted: Callable[[Where], int]
    clock: Callable[[], float] = time.time
    where: Where = EVERYWHERE
    fixed_rounds: bool = False
    searches: bool = True
    budget: Budget = NO_BUDGET
    chooser: Chooser | None = None
    briefs_every_round: bool = True
    corpus_as_of: str | None = None
