"""The state that travels through the graph: plain channels, frozen leaves."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Annotated, TypedDict, TypeVar

from wardround.agent.answer import Answer
from wardround.agent.models.protocol import Usage
from wardround.agent.records import (
    AnswerOption,
    Brief,
    Draft,
    Evidence,
    Found,
    Framed,
    Plan,
    Round,
    Selection,
    Turn,
    Unaided,
    VerifiedClaim,
)

T = TypeVar("T")


def extended(left: Sequence[T], right: Sequence[T]) -> tuple[T, ...]:
    """Both in one; a channel that was read from a checkpoint comes as a list."""
    return (*left, *right)


class State(TypedDict, total=False):
    """Everything known about one question so far; channels with a reducer only grow.

    A thread holds one question, so no channel has to be reset between questions. ``filter`` is the identity of what
    restricts the search, so that a run is gone on with under no other; it is absent where nothing does.
    """

    question: str
    filter: str
    options: tuple[AnswerOption, ...]
    conversation: tuple[Turn, ...]
    framed: Framed
    plan: Plan
    found: Annotated[tuple[Found, ...], extended]
    briefs: Annotated[tuple[Brief, ...], extended]
    rounds: tuple[Round, ...]
    stopped_because: str
    evidence: tuple[Evidence, ...]
    selection: Selection
    draft: Draft
    unaided: Unaided
    claims: tuple[VerifiedClaim, ...]
    warnings: Annotated[tuple[str, ...], extended]
    usage: Annotated[Usage, operator.add]
    started_at: float
    answer: Answer


class BriefTask(TypedDict):
    """What one briefing step receives: queries to brief one after the other, with what they found."""

    found: tuple[Found, ...]
