"""What a question is about, and what passages leave open."""

from __future__ import annotations

import pytest

from tests.agent.ward import library
from wardround.agent.quoting.concepts import concepts_of, share_covered
from wardround.agent.quoting.gaps import missing_qualifiers, missing_words
from wardround.agent.quoting.planner import CoveragePlanner
from wardround.agent.records import Brief, Framed
from wardround.retrievers.term_rarity import TermRarity


def rarity() -> TermRarity:
    return TermRarity(library().store, library().encoder)


def test_generic_words_and_the_patients_numbers_are_no_concepts() -> None:
    words = [
        one.word for one in concepts_of("How soon should 8 units of apixaban (DOAC) be given in stroke?", rarity())
    ]
    assert words == ["units", "apixaban", "stroke"]


def test_a_patients_age_is_no_concept() -> None:
    assert [one.word for one in concepts_of("apixaban for an 81-year-old or a 7yo with stroke", rarity())] == [
        "apixaban",
        "stroke",
    ]


def test_an_explanation_stands_for_its_word() -> None:
    concepts = concepts_of("Eliquis (apixaban)", rarity())
    assert share_covered(concepts, ["Apixaban 5 mg twice a day."]) == 1.0
    assert share_covered(concepts, ["Warfarin, by INR."]) == 0.0


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("apixaban in pregnancy", "Apixaban 5 mg", ["pregnancy"]),
        ("allopurinol in a child", "Start allopurinol at 100 mg", ["children"]),
        ("fluids with an eGFR of 20", "Crystalloid in renal failure", []),
    ],
)
def test_qualifiers_that_a_text_does_not_speak_to(question: str, text: str, missing: list[str]) -> None:
    assert missing_qualifiers(question, [text]) == missing


def test_words_that_a_text_does_not_speak_to() -> None:
    assert missing_words("gout in chronic kidney disease", ["Colchicine treats a gout flare."], rarity()) == []
    assert missing_words("colchicine or allopurinol in gout", ["Colchicine treats a gout flare."], rarity()) == [
        "allopurinol"
    ]


async def test_the_first_round_asks_the_question_and_its_parts() -> None:
    framed = Framed("What is the dose of alteplase in stroke? And when is it contraindicated in adults?")
    plan = await CoveragePlanner(rarity()).plan(framed, (), (), 3)
    assert plan.queries == (
        framed.question,
        "What is the dose of alteplase in stroke?",
        "And when is it contraindicated in adults?",
    )


async def test_later_rounds_ask_for_what_is_missing_until_nothing_is() -> None:
    framed = Framed("How are stroke and asthma treated in pregnancy?")
    briefs = (Brief(framed.question, "..."),)
    planner = CoveragePlanner(rarity())
    passages = {one.biblio.title: one for one in library().store.scroll() if one.heading != ("Targets",)}
    stroke, asthma, pregnancy = (passages[f"{name} handbook"] for name in ("Stroke", "Asthma", "Hypertension"))
    assert (await planner.plan(framed, briefs, [stroke], 3)).queries == ("stroke asthma", "stroke pregnancy")
    done = await planner.plan(framed, briefs, [stroke, asthma, pregnancy], 3)
    assert done.queries == ()
    assert "every part" in done.reason
