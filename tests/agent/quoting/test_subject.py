"""What a question is about, and which quotations are about the same."""

from __future__ import annotations

import numpy as np

from tests.agent.citing.material import passage
from tests.agent.ward import library
from wardround.agent.quoting.candidates import candidates_of
from wardround.agent.quoting.composing import compose
from wardround.agent.quoting.relevance import Scored, Signs
from wardround.agent.quoting.subject import apart_by_subject, on_subject, subject_of
from wardround.retrievers.term_rarity import TermRarity

NOTHING = Signs(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def rarity() -> TermRarity:
    return TermRarity(library().store, library().encoder)


def quoted(text: str, title: str, *heading: str, relevance: float = 1.0) -> Scored:
    source = passage(text, f"g:{title} {heading}#0", title=title, heading=heading)
    return Scored(candidates_of(source)[0], relevance, NOTHING, np.zeros(1, dtype=np.float32))


def test_neither_the_patient_nor_the_kind_of_answer_is_the_subject() -> None:
    question = "What is the first-line treatment of an acute gout flare in a 70-year-old with chronic kidney disease?"
    assert [one.word for one in subject_of(question, rarity())] == ["acute", "gout", "flare"]


def test_what_is_said_of_the_same_patient_and_another_subject_stands_aside() -> None:
    urate = quoted("Allopurinol is first-line in chronic kidney disease.", "Gout", "Urate lowering")
    flare = quoted("Contraindications include ulcers and chronic kidney disease.", "Gout", "NSAIDs in an acute flare")
    leading, aside = apart_by_subject(
        "Which drug for a gout flare in chronic kidney disease?", [urate, flare], rarity()
    )
    assert (leading, aside) == ([flare], [urate])
    assert apart_by_subject("Which drug for a gout flare in chronic kidney disease?", [urate], rarity()) == (
        [urate],
        [],
    )
    assert apart_by_subject("Which drug for a gout flare?", [], rarity()) == ([], [])


def test_an_answer_begins_with_the_patient_and_the_subject_asked_for() -> None:
    urate = quoted("Allopurinol is first-line in chronic kidney disease.", "Gout", "Urate lowering")
    flare = quoted("Contraindications include ulcers and CKD.", "Gout", "NSAIDs in an acute flare", relevance=0.9)
    general = quoted("Colchicine is given early.", "Gout", "Acute flare", relevance=0.95)
    question = "Which drug for a gout flare in chronic kidney disease?"
    assert compose(question, [urate, general, flare], 5, rarity()) == [flare, general, urate]


def test_a_passage_on_another_subject_than_the_best_ones_is_left_out() -> None:
    best = quoted("Lactated Ringer's is given first.", "Acute pancreatitis", "Fluids")
    same = quoted("In pancreatitis the rate is reviewed after six hours.", "Critical care", "Fluids")
    other = quoted("Lactated Ringer's is given to every age.", "Burns", "Fluids")
    question = "Which maintenance rate of Ringer's lactate is advised in pancreatitis?"
    assert on_subject(question, [best, same, other], rarity()) == [best, same]
    assert compose(question, [best, other], 5, rarity()) == [best]
    # Nothing is known of the subject where no title names it, and nothing is asked of those who follow a best one
    # that does not speak of it itself.
    assert on_subject(question, [other, best], rarity()) == [other, best]
    assert on_subject("Which fluid is given first?", [best, other], rarity()) == [best, other]
    assert on_subject(question, [], rarity()) == []
