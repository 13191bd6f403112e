"""From scored quotations to an answer: few, different, in an order that reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wardround.agent.citing.doses import gives_dose
from wardround.agent.citing.medicines import medicines_in
from wardround.agent.quoting.expectations import asks_for_a_dose
from wardround.agent.quoting.framing_words import only_frames
from wardround.agent.quoting.measured_ranges import is_dose_at_other_values
from wardround.agent.quoting.medicine_match import speaks_of
from wardround.agent.quoting.qualifiers import has_doses_of_its_own, qualifiers_of, speaks_to_a_qualifier
from wardround.agent.quoting.relevance import Scored
from wardround.agent.quoting.subject import apart_by_subject, on_subject
from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

NEARLY_AS_GOOD = 0.82
"""A further quotation has at least this share of the best one's relevance."""
STILL_NEAR = 0.60
"""What speaks to a qualifier or medicine may be this much less relevant."""
DOSE_IS_NEAR = 0.75
"""A dose that was asked for may be this much less relevant than what speaks of doses without giving one."""
TABULATED = 0.05
"""By so much a dose in a table is preferred to one in a sentence, which may be a limit or an example."""
SAME_MEANING = 0.86
"""Two quotations of larger cosine say the same."""
SAME_WORDS = 0.6
"""So do two of larger overlap of words (Jaccard)."""


def compose(question: str, scored: Sequence[Scored], most: int, rarity: TermRarity) -> list[Scored]:
    """At most ``most`` quotations, the best first: what speaks to the question's qualifiers, then what adds to it.

    Of what speaks to a qualifier, that which speaks of another subject than the question comes last.

    Empty when the question names a medicine and no quotation speaks of any that it names: what is said of another
    medicine is no answer, and its dose would be a dangerous one. Beside words on this patient's qualifier, so would be
    the dose for patients in general: it is left out; for a child always, and when a child's dose is asked for and no
    quotation speaks of children, nothing is said.

    Args:
        question: stands alone.
        scored: best first.
        most: at least 1.
        rarity: of the index.
    """
    pool = on_subject(question, _may_be_quoted(question, scored), rarity)
    if not pool or pool[0].relevance < STILL_NEAR * scored[0].relevance:
        return []
    if asks_for_a_dose(question):
        pool = _dose_first(pool)
    special, strict = _speaking_to_qualifiers(question, pool)
    if _lacks_the_dose_asked_for(question, special):
        return []
    if not special:
        best, *others = _different(pool, most, ())
        return [best, *_in_reading_order(others)]
    leading, aside = apart_by_subject(question, special, rarity)
    chosen = _different(leading, most, ())
    if not strict:
        general = [one for one in pool if one not in aside and not _is_a_general_dose(question, one)]
        chosen += _different(general, most - len(chosen), chosen)
    return chosen + _different(aside, most - len(chosen), chosen)


def _may_be_quoted(question: str, scored: Sequence[Scored]) -> list[Scored]:
    """Without other medicines than the question's, doses that are not this patient's, and what says nothing alone."""
    medicines = medicines_in(question)
    pool = [one for one in scored if _speaks_of_any(medicines, one)] if medicines else list(scored)
    pool = [one for one in pool if not is_dose_at_other_values(question, one.candidate.in_context)]
    if asks_for_a_dose(question):
        pool = [one for one in pool if not _is_dose_of_another(medicines, one)]
    if has_doses_of_its_own(question):
        pool = [one for one in pool if not _is_a_general_dose(question, one)]
    return [one for one in pool if one is scored[0] or not only_frames(one.candidate.text, question)]


def _dose_first(pool: Sequence[Scored]) -> list[Scored]:
    """``pool`` with its best dose at the front, where one is near: a remark on doses gives none."""
    near = DOSE_IS_NEAR * pool[0].relevance
    doses = [one for one in pool if one.relevance >= near and gives_dose(one.candidate.text)]
    if not doses:
        return list(pool)
    best = max(doses, key=lambda one: one.relevance + (TABULATED if one.candidate.kind == "row" else 0.0))
    return [best, *(one for one in pool if one is not best)]


def _lacks_the_dose_asked_for(question: str, special: Sequence[Scored]) -> bool:
    """Whether a dose is asked for somebody who has doses of their own, and nothing speaks of such patients."""
    if not (asks_for_a_dose(question) and has_doses_of_its_own(question)):
        return False
    return not any(_is_for_such_patients(question, one) for one in special)


def _speaking_to_qualifiers(question: str, pool: Sequence[Scored]) -> tuple[list[Scored], bool]:
    """The quotations near the question that speak to one of its qualifiers, and whether only they may be given."""
    near = [one for one in pool if one.relevance >= STILL_NEAR * pool[0].relevance]
    special: list[Scored] = []
    strict = False
    for qualifier in qualifiers_of(question):
        speaking = [one for one in near if qualifier.spoken_to.search(_with_its_place(one))]
        special += [one for one in speaking if one not in special]
        strict = strict or (qualifier.strict and bool(speaking))
    return special, strict


def _different(pool: Sequence[Scored], most: int, given: Sequence[Scored]) -> list[Scored]:
    """The best of ``pool`` that are nearly as good as its best and repeat neither each other nor ``given``."""
    chosen: list[Scored] = []
    for one in pool:
        if len(chosen) >= most or one.relevance < NEARLY_AS_GOOD * pool[0].relevance:
            break
        if not _repeats(one, [*given, *chosen]):
            chosen.append(one)
    return chosen


def _is_a_general_dose(question: str, one: Scored) -> bool:
    """Whether a dose is quoted that nothing around it relates to a qualifier of the question."""
    return gives_dose(one.candidate.text) and not _is_for_such_patients(question, one)


def _is_for_such_patients(question: str, one: Scored) -> bool:
    """Whether a quotation speaks to a qualifier of the question, or all of its passage's document does by its title."""
    return speaks_to_a_qualifier(question, _with_its_place(one))


def _with_its_place(one: Scored) -> str:
    return f"{one.candidate.passage.path}: {one.candidate.text}"


def _is_dose_of_another(medicines: frozenset[str], one: Scored) -> bool:
    """Whether a dose is quoted that, by what is named with it, is one of another medicine than ``medicines``.

    A class answers for its members in what it says, not in their doses.
    """
    named = medicines_in(one.candidate.in_context)
    return bool(medicines and named) and not named & medicines and gives_dose(one.candidate.text)


def _speaks_of_any(medicines: Iterable[str], one: Scored) -> bool:
    return any(speaks_of(medicine, one.candidate.in_context) for medicine in medicines)


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
