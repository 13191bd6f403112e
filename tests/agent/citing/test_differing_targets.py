"""Targets that sources of one answer set differently, and everything that only looks as if they did."""

from itertools import combinations

import pytest

from wardround.agent.citing.differing_targets import differ, differing_targets
from wardround.agent.citing.targets import Target, target_of
from wardround.agent.records import Quote, VerifiedClaim
from wardround.corpora.records import Biblio, Passage
from wardround.corpora.sentences import quotable_units
from wardround.corpora.sources.guidelines import GuidelineSummaries

KDIGO = ("KDIGO", "Blood Pressure Targets", "Target systolic BP < 120 mmHg (standardized office) in adults with CKD.")
ACC = ("ACC/AHA", "Chronic Kidney Disease (CKD)", "BP target: < 130/80 mm Hg (Class I, Level of Evidence B-R).")
ROW = (
    "ACC/AHA",
    "BP Targets",
    "Condition: Chronic kidney disease; SBP Target (mm Hg): < 130; DBP Target (mm Hg): < 80",
)


def told(*said: tuple[str, str, str], verdict: str = "supported") -> tuple[str, ...]:
    """What is said of an answer that quotes organisation, last heading and sentence."""
    cited = [
        Passage(f"p{n}", f"d{n}", "c", 0, ("A guideline", heading), text, 0, len(text), _biblio(organisation))
        for n, (organisation, heading, text) in enumerate(said)
    ]
    quotes = [Quote(one.id, one.text, 0, len(one.text), verdict) for one in cited]  # type: ignore[arg-type]
    return differing_targets([VerifiedClaim("", "supported", "quotation", (quote,)) for quote in quotes], cited)


def _biblio(organisation: str) -> Biblio:
    return Biblio(title=f"Guideline of {organisation}", year=2024, organisation=organisation)


def test_two_guidelines_on_blood_pressure_in_kidney_disease_are_said_to_differ() -> None:
    assert told(ROW, ACC, KDIGO) == (
        "sources differ on the target of systolic blood pressure: < 130 mm Hg [1], < 130/80 mm Hg [2], < 120 mmHg [3]",
    )


def test_one_source_does_not_differ_from_itself_nor_two_that_say_the_same() -> None:
    assert told(ROW, ACC) == ()
    assert told(KDIGO, ("KDIGO", "Blood Pressure Targets", "Target SBP < 140 mmHg in CKD.")) == ()
    assert told(ACC, ("ESC", "Targets in CKD", "The goal is a blood pressure below 130 mmHg.")) == ()


def test_what_a_passage_says_against_a_claim_is_no_target_of_the_answer() -> None:
    assert told(ACC, KDIGO, verdict="contradicted") == ()


@pytest.mark.parametrize(
    "other",
    [
        ("ADA", "Diabetes", "The target blood pressure goal is < 120/80 mmHg."),  # other patients
        ("ESC", "CKD", "Target diastolic BP < 80 mmHg in CKD."),  # other quantity
        ("ESC", "CKD", "Target MAP < 100 mmHg in CKD."),
        ("ESC", "CKD", "Target systolic BP >= 110 mmHg in CKD."),  # a limit on the other side
        ("ESC", "CKD", "Target systolic BP < 125 mmHg in CKD if albuminuria is present."),  # on a condition
        ("ESC", "CKD", "Target systolic BP < 160 mmHg within the first hour in CKD."),  # for a time
        ("ESC", "CKD", "In the trial the target systolic BP < 110 mmHg was compared with < 140 mmHg in CKD."),
        ("ESC", "CKD", "Target dose: 120 mg twice daily in CKD."),  # a dose
        ("ESC", "CKD", "Systolic BP < 110 mmHg is hypotension in CKD."),  # no target
        ("ESC", "CKD", "Target systolic BP < 128 mmHg in CKD."),  # near enough to be rounding
    ],
)
def test_it_is_silent(other: tuple[str, str, str]) -> None:
    assert told(ACC, other) == ()


def test_ranges_that_overlap_by_rounding_are_one_and_others_are_not() -> None:
    sepsis = ("SSC", "Glucose in sepsis", "Target blood glucose range: 144-180 mg/dL (8-10 mmol/L) in sepsis.")
    near = ("ESICM", "Glucose in sepsis", "Target glucose 140-180 mg/dL in sepsis.")
    far = ("KDIGO", "Glucose in sepsis", "In sepsis, insulin therapy targeting plasma glucose 110-149 mg/dL.")
    assert told(sepsis, near) == ()
    assert told(near, far) == ("sources differ on the target of glucose: 140-180 mg/dL [1], 110-149 mg/dL [2]",)


def test_over_every_sentence_of_the_starter_corpus_only_the_targets_in_kidney_disease_differ() -> None:
    found: list[tuple[str | None, Target]] = []
    for document in GuidelineSummaries().documents():
        for section in document.sections:
            text = document.text[section.start : section.end]
            for unit in quotable_units(text):
                target = target_of(text[unit.start : unit.end], section.heading, document.biblio.title)
                if target is not None:
                    found.append((document.biblio.organisation, target))
    assert len(found) >= 25
    differing = {
        (*sorted((str(one), str(other))), first.quantity, *first.patients)
        for (one, first), (other, second) in combinations(found, 2)
        if one != other and differ(first, second)
    }
    assert differing == {("ACC/AHA", "KDIGO", "systolic blood pressure", "kidney disease")}
