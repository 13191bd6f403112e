"""What every step may call upon; built once per agent and bound to the graph's nodes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from wardround.agent.collaborators import Briefer, Framer, Planner, Selector, SupportJudge, Writer
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
        fixed_rounds: all rounds are run, also after one that found nothing new.
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
    clock: Callable[[], float] = time.time
    where: Where = EVERYWHERE
    fixed_rounds: bool = False
