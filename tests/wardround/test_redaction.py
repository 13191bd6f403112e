"""What counts as a name or a date, however it is spaced, and what an answer depends on and therefore stays.

Presidio finds what the patterns say by the package ``regex``; here that is done without Presidio, which few install.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import regex  # type: ignore[import-untyped]

from wardround.chat import redaction


@dataclass(frozen=True)
class Found:
    start: int
    end: int
    entity_type: str


@dataclass(frozen=True)
class ByPatterns:
    """Finds as ``presidio_analyzer.PatternRecognizer`` does."""

    kind: str
    patterns: tuple[str, ...]

    @property
    def supported_entities(self) -> list[str]:
        return [self.kind]

    def analyze(self, text: str, entities: list[str], artifacts: None) -> Iterator[Found]:
        for pattern in self.patterns:
            matches = regex.compile(pattern).finditer(text)
            yield from (Found(match.start(), match.end(), self.kind) for match in matches)


@pytest.fixture(autouse=True)
def without_presidio(monkeypatch: pytest.MonkeyPatch) -> None:
    own = tuple(ByPatterns(kind, patterns) for kind, patterns in redaction._PATTERNS.items())
    monkeypatch.setattr(redaction, "_recognizers", lambda: own)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mr Smith, 54", "Mr [name], 54"),
        ("Mr\u00a0Smith, 54", "Mr\u00a0[name], 54"),
        ("Mr  Smith, 54", "Mr  [name], 54"),
        ("Mrs.\tSmith, 54", "Mrs.\t[name], 54"),
        ("does Mr\nSmith need it?", "does Mr\n[name] need it?"),
        ("MR SMITH, 54", "MR [name], 54"),
        ("Patient:\nAnna Berg\nHypertension", "Patient:\n[name]\nHypertension"),
        ("Patient:\nAnna\n54 years", "Patient:\n[name]\n54 years"),
        ("Patient:\tAnna Berg", "Patient:\t[name]"),
        ("Patient\tAnna Berg\tHypertension", "Patient\t[name]\tHypertension"),
        ("Patient Anna\u202fBerg, 54", "Patient [name], 54"),
        ("Name:Anna  Berg", "Name:[name]"),
        ("pt Anna B. Berg has gout", "pt [name] has gout"),
    ],
)
def test_a_name_is_found_whatever_blanks_stand_before_and_in_it(typed: str, kept: str) -> None:
    assert redaction.redacted(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Name: van der Berg, Anna", "Name: [name]"),
        ("Patient: Berg, Anna M., 54", "Patient: [name], 54"),
        ("Mr de Souza, 54", "Mr [name], 54"),
        ("Dr. J. Smith advised", "Dr. [name] advised"),
        ("Mr J Smith, 54", "Mr [name], 54"),
        ("Ms d’Angelo and Mrs O'Brien", "Ms [name] and Mrs [name]"),
        ("patient Anna Maria de la Cruz, 54", "patient [name], 54"),
        ("Mr and Mrs Smith", "Mr and Mrs [name]"),
        ("Mr St. John, 54", "Mr [name], 54"),
    ],
)
def test_a_name_is_found_with_its_particles_and_initials(typed: str, kept: str) -> None:
    assert redaction.redacted(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("DOB 1950/04/03", "DOB [date]"),
        ("DOB 1950.4.3", "DOB [date]"),
        ("born 1950-04-03", "born [date]"),
        ("seen 3\u00a0March\u00a02024", "seen [date]"),
        ("NHS 943\u00a0476\u00a05919", "NHS [record]"),
    ],
)
def test_a_date_or_number_is_found_with_any_of_its_separators(typed: str, kept: str) -> None:
    assert redaction.redacted(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "patient de novo heart failure",
        "the patient has gout",
        "the patient\nHypertension since 2010",
        "PATIENT HAS GOUT",
        "Mr and Mrs",
        "Patient: Male, 54",
        "Patient:\nMetformin was stopped",
        "A question about a patient:\nShould Metformin be stopped?",
        "a history of MS\nOcrelizumab was started",
        "after an MR\tAngiography of the head",
        "PT\tINR\tAPTT",
        "2019/2020, 120/80/60, 1.5-2.5 mg, 2016/14/01",
        "Does the patient do MRI?",
    ],
)
def test_ordinary_words_and_figures_stay(typed: str) -> None:
    assert redaction.redacted(typed) == typed


def test_the_end_of_a_sentence_and_what_follows_a_name_stay() -> None:
    assert redaction.redacted("I saw Mr Smith. How soon?") == "I saw Mr [name]. How soon?"
    assert redaction.redacted("Mr Smith de novo heart failure") == "Mr [name] de novo heart failure"


def test_a_long_run_of_blanks_takes_no_longer_than_it_should() -> None:
    text = "Patient: " + " \t\n" * 3_000 + "Mr" + " " * 9_000
    assert redaction.redacted(text) == text
