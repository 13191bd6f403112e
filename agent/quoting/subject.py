"""What a question is about, apart from whom it concerns and what kind of answer it asks for."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.quoting.concepts import Concept, concepts_of, share_covered, terms_of
from wardround.agent.quoting.expectations import expectations_of
from wardround.agent.quoting.gaps import TELLING_SHARE
from wardround.agent.quoting.qualifiers import without_qualifiers
from wardround.agent.quoting.relevance import Scored
from wardround.retrievers.term_rarity import TermRarity

SAME_SUBJECT = 0.9
"""A quotation speaks of the subject as fully as another when it holds this share of what the other holds of it."""
STILL_ON_SUBJECT = 0.5
"""A passage that holds less than this share of what the best one holds of the documents' subject is about another."""


def subject_of(question: str, rarity: TermRarity) -> list[Concept]:
    """The concepts of ``question`` that name neither a qualifier of the patient nor a kind of answer.

    Of "first-line treatment of an acute gout flare in chronic kidney disease": acute, gout, flare.
    """
    return [one for one in concepts_of(without_qualifiers(question), rarity) if not expectations_of(one.word)]


def apart_by_subject(question: str, scored: Sequence[Scored], rarity: TermRarity) -> tuple[list[Scored], list[Scored]]:
    """Those of ``scored`` that speak of the question's subject as fully as any of them, and the rest; order is kept.

    What the guideline says of the patient's kidneys when urate is lowered does not answer what is given in a flare.
    """
    subject = subject_of(question, rarity)
    covered = [share_covered(subject, [_read_with(one)]) for one in scored]
    least = SAME_SUBJECT * max(covered, default=0.0)
    pairs = list(zip(scored, covered, strict=True))
    return [one for one, share in pairs if share >= least], [one for one, share in pairs if share < least]


def on_subject(question: str, scored: Sequence[Scored], rarity: TermRarity) -> list[Scored]:
    """``scored`` without quotations from passages on another subject than the best one's; order is kept.

    A subject is a telling concept of the question that stands in a title among what was found: a burn is resuscitated
    with the fluid that pancreatitis is, but its passage does not say what pancreatitis needs.

    Args:
        question: stands alone.
        scored: best first; may be empty.
        rarity: of the index.
    """
    titles = terms_of(one.candidate.passage.biblio.title for one in scored)
    least = rarity.idf_in_share(TELLING_SHARE)
    subjects = [one for one in subject_of(question, rarity) if one.weight >= least and one.coverage(titles) == 1]
    shares = {one.candidate.passage.id: share_covered(subjects, [one.candidate.passage.contents]) for one in scored}
    of_best = shares[scored[0].candidate.passage.id] if scored else 0.0
    return [one for one in scored if shares[one.candidate.passage.id] >= STILL_ON_SUBJECT * of_best]


def _read_with(one: Scored) -> str:
    passage = one.candidate.passage
    return "\n".join([passage.biblio.title, *passage.heading, one.candidate.text])
