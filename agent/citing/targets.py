"""The target that a quoted sentence sets: for which quantity, in which patients, and how far it reaches.

Reads little on purpose. Whatever hangs on a time, a condition, a branch of a decision or a trial's arm is no target
that holds by itself, and a sentence with two figures for one quantity says more than could be compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from wardround.agent.citing.numbers import Figure, Reading, figures_in


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is measured and treated to a target.

    Attributes:
        named: how texts name it.
        unit: in base units, as ``Reading.unit`` is.
        least, most: plausible values; a figure beyond them is of something else.
    """

    name: str
    named: re.Pattern[str]
    unit: str
    least: Fraction
    most: Fraction


@dataclass(frozen=True, slots=True)
class Target:
    """One target.

    Attributes:
        low: least value that keeps it; None where it only has an upper limit.
        high: the largest; None where it only has a lower one.
        patients: for whom, by the names of ``PATIENTS``.
        text: as a reader would write it.
    """

    quantity: str
    low: Fraction | None
    high: Fraction | None
    patients: frozenset[str]
    text: str


def _quantity(name: str, named: str, unit: str, least: str, most: str) -> Quantity:
    pattern = re.compile(rf"(?<![\w-])(?:{named})(?!\w)", re.IGNORECASE)
    return Quantity(name, pattern, unit, Fraction(least), Fraction(most))


QUANTITIES = (
    _quantity(
        "systolic blood pressure", r"systolic(?: blood pressure| BP)?|SBP|blood pressure|BP", "mmhg", "90", "220"
    ),
    _quantity("mean arterial pressure", r"mean arterial pressure|MAP", "mmhg", "50", "110"),
    _quantity("HbA1c", r"HbA1c|A1C|glycated ha?emoglobin", "%", "5", "10"),
    _quantity("LDL cholesterol", r"LDL(?:-C)?(?: cholesterol)?", "mg/ml", "0.3", "2"),
    _quantity("glucose", r"(?:plasma |blood |serum )?glucose", "mg/ml", "0.6", "3"),
    _quantity("haemoglobin", r"ha?emoglobin|Hb", "mg/ml", "50", "150"),
    _quantity("serum urate", r"serum ur(?:ate|ic acid)|SU|uric acid", "mg/ml", "0.03", "0.1"),
    _quantity("oxygen saturation", r"SpO2|SpO₂|SaO2|oxygen saturation", "%", "80", "100"),
    _quantity("INR", r"INR", "", "1", "5"),
    _quantity("heart rate", r"(?:resting )?heart rate|HR", "beat/s", "0.5", "3"),
)

PATIENTS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})", re.IGNORECASE)
    for name, words in {
        "kidney disease": r"chronic kidney|CKD|kidney disease|renal|nephropath",
        "dialysis": r"dialysis|RRT\b|transplant",
        "acute kidney injury": r"acute kidney|AKI\b",
        "albuminuria": r"albuminuri|proteinuri",
        "diabetes": r"diabet",
        "ketoacidosis": r"ketoacidosis|DKA\b|HHS\b|hyperosmolar",
        "stroke": r"stroke|TIA\b|transient isch|cerebrovascular|thrombolys|alteplase|thrombectomy",
        "intracranial bleeding": r"intracerebral|ICH\b|subarachnoid|aneurysm|SAH\b|h(?:a?e)morrhag",
        "brain injury": r"brain injur|TBI\b",
        "heart failure": r"heart failure|HF(?:rEF|pEF|mrEF)?\b|ejection fraction",
        "coronary disease": r"coronary|myocardial|infarction|STEMI|ACS\b|isch(?:a?e)mic heart|angina|PCI\b",
        "atherosclerosis": r"ASCVD|atheroscler|cardiovascular (?:disease|risk)|CVD\b",
        "high risk": r"(?:very )?high[- ]risk",
        "primary prevention": r"primary prevention",
        "secondary prevention": r"secondary",
        "arterial disease": r"peripheral arter|carotid|dissection|PAD\b",
        "atrial fibrillation": r"fibrillation|AF\b",
        "valve": r"valve|valvular|endocarditis",
        "thrombosis": r"thrombosis|thromboembol|VTE\b|DVT\b|embolism|antiphospholipid",
        "pregnancy": r"pregnan|gestation|eclampsia|trimester|postpartum",
        "children": r"child|infant|neonat|newborn|paediatric|pediatric|adolescent|birth",
        "older age": r"older|elderly|frail|aged? *(?:≥|>|over)|(?:≥|>=|>) ?[678]\d years",
        "intensive care": r"critical|intensive care|ICU\b|ventilat|perioperative|surg",
        "sepsis": r"sep(?:sis|tic)|shock",
        "bleeding": r"bleed|transfus|varice|cirrho",
        "lungs": r"asthma|COPD|ARDS|hypercapni|respiratory",
        "gout": r"gout|toph",
        "burns and injury": r"burn|trauma|injur",
        "emergency": r"emergenc|crisis|urgenc|acute",
        "hypertension": r"hypertens|high blood pressure",
    }.items()
}
"""Patients for whom one target may hold and another not."""

_SETS = re.compile(r"\b(?:targets?(?! organ)|targeting|goals?|aim(?:ing)? (?:for|at)|treat(?:ed)? to)\b", re.IGNORECASE)
_DEPENDS = re.compile(
    r"\b(?:if(?! it can be safely| safely)|unless|when|whether|until|after|before|pre-|post-|first|initial(?:ly)?"
    r"|within|hours?|minutes?|days|stable|consider|may be|might|e\.g|typically|individuali[sz]|acceptable|stringent"
    r"|intensive|lenient|strict|trial|versus|vs|compared|reduc\w+ by|reduction|not (?:of benefit|superior|recommended)"
    r"|avoid|threshold|above|below target|remains?|persist\w*)\b|→|-->",
    re.IGNORECASE,
)
_DIASTOLIC_ALONE = re.compile(r"\b(?:DBP|diastolic)\b(?!.*\b(?:SBP|systolic)\b)", re.IGNORECASE)
_UNIT_IN_BRACKETS = re.compile(r"\((mm ?Hg|%|mg/dL|bpm)\)", re.IGNORECASE)
_MOST_CHARACTERS = 240


def target_of(quote: str, headings: Sequence[str], title: str) -> Target | None:
    """The one target that a quoted sentence sets; None where it sets none, or more than could be compared.

    Args:
        quote: verbatim, a sentence or a row of a table.
        headings: of its passage, from the outermost; the last may say that targets follow, and for whom.
        title: of the source, which says for whom where neither sentence nor headings do.
    """
    last = headings[-1] if headings else ""
    if len(quote) > _MOST_CHARACTERS or _DEPENDS.search(quote) or not (_SETS.search(quote) or _SETS.search(last)):
        return None
    found = [one for clause in re.split(r";|\n", quote) for one in _figures_of(clause)]
    if len({(quantity.name, ends) for quantity, ends, _ in found}) != 1:
        return None
    quantity, (low, high), text = found[0]
    return Target(quantity.name, low, high, patients_of(quote, headings, title), text)


def patients_of(quote: str, headings: Sequence[str], title: str) -> frozenset[str]:
    """Whom a sentence is about: by its own words, else by the nearest heading that says it, else by the title."""
    for text in (quote, *reversed(headings), title):
        if named := frozenset(name for name, words in PATIENTS.items() if words.search(text)):
            return named
    return frozenset()


_Ends = tuple[Fraction | None, Fraction | None]


def _figures_of(clause: str) -> list[tuple[Quantity, _Ends, str]]:
    """The figures of a clause that names one quantity, with what they demand."""
    if _DIASTOLIC_ALONE.search(clause):
        return []
    named = [one for one in QUANTITIES if one.named.search(clause)]
    figures = [one for one in figures_in(clause) if not one.implied]
    if not named and any(one.bare.kind == "pair" for one in figures):
        named = [QUANTITIES[0]]  # "130/80 mm Hg" can be nothing else
    if len(named) != 1:
        return []
    bracketed = _UNIT_IN_BRACKETS.search(clause)
    found = []
    for figure in figures:
        if (ends := _ends(figure, named[0], bare_counts=bracketed is not None)) is not None:
            unit = f" {bracketed[1]}" if bracketed and figure.readings == {figure.bare} else ""
            found.append((named[0], ends, f"{_sign(figure, clause)}{figure.text}{unit}"))
    return found


def _sign(figure: Figure, clause: str) -> str:
    written = re.search(rf"([<>≤≥]=?)\s*{re.escape(figure.text)}", clause)
    return f"{written[1]} " if written else _IN_WORDS[figure.bound]


_IN_WORDS = {"": "", "low": "at least ", "high": "at most "}


def _ends(figure: Figure, quantity: Quantity, *, bare_counts: bool) -> _Ends | None:
    """The limits that ``figure`` sets to ``quantity``; None where it is a figure of something else."""
    for reading in sorted(figure.readings, key=lambda one: one.unit, reverse=True):
        if reading.unit != quantity.unit and not (reading.unit == "" and bare_counts):
            continue
        values = _values(reading, quantity)
        if values is None or not all(quantity.least <= one <= quantity.most for one in values):
            continue
        low, high = values[0], values[-1]
        return (None if figure.bound == "high" else low, None if figure.bound == "low" else high)
    return None


def _values(reading: Reading, quantity: Quantity) -> tuple[Fraction, ...] | None:
    if reading.kind != "pair":
        return reading.values
    return reading.values[:1] if quantity is QUANTITIES[0] and len(reading.values) == 2 else None
