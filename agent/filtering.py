"""What an answer that found nothing says about the filter it was asked under."""

from __future__ import annotations

from wardround.agent.answer import Answer
from wardround.agent.context import AgentContext
from wardround.agent.rendering import counted
from wardround.retrievers.filters import told
from wardround.retrievers.protocols import EVERYWHERE


def with_filter_told(answer: Answer, context: AgentContext) -> Answer:
    """The answer; one that abstains under a filter warns that the rest of the corpus was not looked at, or all of it.

    Counts passages in the index, which may take a moment.
    """
    where = context.where
    if where == EVERYWHERE or answer.declined:
        return answer
    if not context.searches:
        warning = f"the filter ({told(where)}) changed nothing: mode {context.mode} looks nothing up"
    elif answer.abstained:
        warning = filter_told(told(where), context.admitted(where))
    else:
        return answer
    return answer.model_copy(update={"warnings": (*answer.warnings, warning)})


def filter_told(words: str, admitted: int) -> str:
    """What a filter left of the index, for somebody who found nothing under it."""
    if admitted:
        return (
            f"looked only at what the filter admits ({words}): {counted(admitted, 'passage', 'passages')} of the index"
        )
    return (
        f"the filter ({words}) admits no passage of the index, so that nothing could be found: widen it or leave it out"
    )
