"""From scored quotations to an answer: few, different, in an order that reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from wardround.agent.citing.medicines import medicines_in
from wardround.agent.quoting.medicine_match import speaks_of
from wardround.agent.quoting.qualifiers import qualifiers_of
from wardround.agent.quoting.relevance import Scored
from wardround.retrievers.analysis import analyse

NEARLY_AS_GOOD = 0.82
"""A further quotation has at least this share of the best one's relevance."""
STILL_NEAR = 0.65
"""What speaks to a qualifier or medicine may be this much less relevant."""
SAME_MEANING = 0.86
"""Two quotations of larger cosine say the same."""
SAME_WORDS = 0.6
"""So do two of larger overlap of words (Jaccard)."""


def compose(question: str, scored: Sequence[Scored], most: int) -> list[Scored]:
    """At most ``most`` quotations: the best, what adds to it, and one for each qualifier and medicine of the question.

    Empty when the question names a medicine and no quotation speaks of any that it names: what is said of another
    medicine is no answer, and its dose would be a dangerous one.

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
    for wanted in _wanted(question):
        if not any(wanted(one) for one in chosen):
            chosen[most - 1 :] = [one for one in _near(scored) if wanted(one) and not _repeats(one, chosen)][:1]
    medicines = medicines_in(question)
    if medicines and not any(_speaks_of_any(medicines, one) for one in chosen):
        return []
    return _in_reading_order(chosen)


def _wanted(question: str) -> list[Callable[[Scored], bool]]:
    """One test for each qualifier and for the medicines of the question: does a quotation speak to it?"""
    tests: list[Callable[[Scored], bool]] = [
        lambda one, pattern=each.spoken_to: bool(pattern.search(one.candidate.in_context))  # type: ignore[misc]
        for each in qualifiers_of(question)
    ]
    if medicines := medicines_in(question):
        tests.append(lambda one: _speaks_of_any(medicines, one))
    return tests


def _speaks_of_any(medicines: Iterable[str], one: Scored) -> bool:
    return any(speaks_of(medicine, one.candidate.in_context) for medicine in medicines)


def _near(scored: Sequence[Scored]) -> Iterator[Scored]:
    return (one for one in scored if one.relevance >= STILL_NEAR * scored[0].relevance)


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
