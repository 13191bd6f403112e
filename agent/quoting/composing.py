"""From scored quotations to an answer: few, different, in an order that reads."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.quoting.qualifiers import qualifiers_of
from wardround.agent.quoting.relevance import Scored
from wardround.retrievers.analysis import analyse

NEARLY_AS_GOOD = 0.82
"""A further quotation has at least this share of the best one's relevance."""
SAME_MEANING = 0.86
"""Two quotations of larger cosine say the same."""
SAME_WORDS = 0.6
"""So do two of larger overlap of words (Jaccard)."""


def compose(question: str, scored: Sequence[Scored], most: int) -> list[Scored]:
    """At most ``most`` quotations: the best, what adds to it, and one for each qualifier of the question.

    Args:
        question: stands alone.
        scored: best first.
        most: at least 1.
    """
    chosen: list[Scored] = []
    for one in scored:
        if len(chosen) == most or one.relevance < NEARLY_AS_GOOD * scored[0].relevance:
            break
        if not _repeats(one, chosen):
            chosen.append(one)
    for speaking in _qualifier_quotations(question, scored, chosen):
        chosen[most - 1 :] = [speaking]
    return _in_reading_order(chosen)


def _repeats(one: Scored, chosen: Sequence[Scored]) -> bool:
    words = set(analyse(one.candidate.text))
    for other in chosen:
        shared = words & (theirs := set(analyse(other.candidate.text)))
        if float(one.vector @ other.vector) > SAME_MEANING or len(shared) > SAME_WORDS * len(words | theirs):
            return True
        if _overlap(one, other):
            return True
    return False


def _overlap(one: Scored, other: Scored) -> bool:
    last, others = one.candidate.quotes[-1], other.candidate.quotes
    return any(
        last.passage_id == quote.passage_id and last.start < quote.end and quote.start < last.end for quote in others
    )


def _qualifier_quotations(question: str, scored: Sequence[Scored], chosen: Sequence[Scored]) -> list[Scored]:
    """For each qualifier that nothing chosen speaks to, the best quotation that does, if it is near the question."""
    found = []
    for qualifier in qualifiers_of(question):
        if any(qualifier.spoken_to.search(one.candidate.in_context) for one in chosen):
            continue
        for one in scored:
            near = one.relevance >= (NEARLY_AS_GOOD - 0.15) * scored[0].relevance
            if near and qualifier.spoken_to.search(one.candidate.in_context) and not _repeats(one, chosen):
                found.append(one)
                break
    return found


def _in_reading_order(chosen: Sequence[Scored]) -> list[Scored]:
    """Sources in the order of their best quotation; within a source as it reads."""
    best: dict[str, float] = {}
    for one in chosen:
        document = one.candidate.passage.document_id
        best[document] = max(best.get(document, float("-inf")), one.relevance)

    def place(one: Scored) -> tuple[float, str, int, int]:
        passage = one.candidate.passage
        return (-best[passage.document_id], passage.document_id, passage.ordinal, one.candidate.quotes[-1].start)

    return sorted(chosen, key=place)
