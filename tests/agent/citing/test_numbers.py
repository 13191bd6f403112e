"""A number of a claim is in its passage, in whatever spelling, or it is named as missing."""

import random

import pytest

from wardround.agent.citing.numbers import figures_in, missing_numbers

SAME = [
    ("within one hour", "within 1 hour"),
    ("within one hour", "within the first hour"),
    ("0.5 mg", ".5 mg"),
    ("0·5 mg", "0.5 mg"),
    ("0.5 g", "500 mg"),
    ("30 ml/kg", "30 mL/kg"),
    ("5 mg/kg/day", "5 mg per kg per day"),
    ("10 µg/kg/min", "10 mcg kg-1 min-1"),
    ("60 min", "1 h"),
    ("24-hour", "24 h"),
    ("half an hour", "30 minutes"),
    ("2½ hours", "2.5 h"),
    ("every 8 hours", "q8h"),
    ("500 mg twice daily", "500 mg b.i.d."),
    ("500 mg once daily", "500 mg once a day"),
    ("500 mg once daily", "500 mg daily"),
    ("500 mg daily", "500 mg once daily"),
    ("1-2 g", "1 to 2 g"),
    ("1–2 g", "between 1 and 2 g"),
    ("1,769 patients", "1769 patients"),
    ("1.5 million", "1,500,000"),
    ("5 x 10^9/L", "5 × 10⁹/L"),
    ("two thirds of patients", "2/3 of patients"),
    ("twenty-five patients", "25 patients"),
    ("twofold", "2-fold"),
    ("140/90 mmHg", "140/90 mm Hg"),
    ("≥65 mmHg", "at least 65 mm Hg"),
    ("65 years or older", "aged 65 or older"),
    ("eGFR < 30 mL/min", "eGFR below 30 mL/min/1.73 m²"),
    ("40%", "40 percent"),
    ("first-line", "first line"),
    ("37.5 °C", "37.5 degrees Celsius"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_quantity_in_another_spelling_is_no_false_alarm(one: str, other: str) -> None:
    assert missing_numbers(one, other) == ()
    assert missing_numbers(other, one) == ()


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("20 mg", "10, 20 or 40 mg"),
        ("at least 7 days", "for 7 to 14 days"),
        ("no more than 14 days", "for 7 to 14 days"),
        ("12 patients", "12 of 40"),
        ("MAP of 65 mmHg", "MAP ≥ 65 mmHg"),
        ("CD4 cells, vitamin B12, IL-6 and COVID-19", "no figures here"),
        ("one of the options", "another text"),
        ("", "30 mg"),
    ],
)
def test_what_follows_from_the_evidence_is_not_missing(claim: str, evidence: str) -> None:
    assert missing_numbers(claim, evidence) == ()


@pytest.mark.parametrize(
    ("claim", "evidence", "missing"),
    [
        ("10 mg", "100 mg", "10 mg"),
        ("10 mg", "10 mcg", "10 mg"),
        ("10 mM", "10 µM", "10 mM"),
        ("1 hour", "1 day", "1 hour"),
        ("50%", "50 mg", "50%"),
        ("5 mg/kg", "5 mg", "5 mg/kg"),
        ("5 mg/kg/day", "5 mg/kg", "5 mg/kg/day"),
        ("5 mg", "5 mg/kg", "5 mg"),
        ("1 g", "1-2 g", "1 g"),
        ("1-2 g", "1-3 g", "1-2 g"),
        ("from 10 to 5 mg", "from 5 to 10 mg", "10 to 5 mg"),
        ("140/90", "140/80", "140/90"),
        (">65 years", "<65 years", "65 years"),
        ("at least 65 mmHg", "no more than 65 mmHg", "65 mmHg"),
        ("twice daily", "three times daily", "2 times"),
        ("500 mg once daily", "500 mg twice daily", "1 times"),
        ("one third of them", "two thirds of them", "1/3"),
        ("second-line", "first-line", "2"),
        ("in 2019", "in 2018", "2019"),
        ("twelve trials", "eleven trials", "12"),
        ("30 mg", "the dose in mg is 30", "30 mg"),
    ],
)
def test_another_quantity_is_named(claim: str, evidence: str, missing: str) -> None:
    assert missing in missing_numbers(claim, evidence)[0]


SENTENCES = [
    "Give at least 30 mL/kg of crystalloid within the first 3 hours.",
    "Administer antimicrobials within 1 hour of recognition.",
    "Target a mean arterial pressure of 65 mmHg or higher.",
    "Start hydrocortisone 200 mg/day in divided doses.",
    "Start metformin 500 mg twice daily and increase to 2 g per day.",
    "Use noradrenaline at 0.25 mcg/kg/min before adding vasopressin 0.03 units/min.",
    "Treat uncomplicated cystitis for 5 days with nitrofurantoin 100 mg.",
    "Blood pressure should be below 130/80 mmHg in 12 weeks.",
    "LDL cholesterol above 4.9 mmol/L warrants a statin.",
    "The trial enrolled 1,769 patients, of whom 42.5% were women.",
    "Mortality at 28 days was 34.6% versus 46.5%.",
    "Give aspirin 75-100 mg daily for 12 months.",
    "Transfuse when haemoglobin is below 70 g/L.",
    "Adults aged 50 to 75 years should be screened every 10 years.",
    "Repeat the test after six weeks.",
    "Give 2 puffs of salbutamol every 4 hours.",
    "The dose is 15 mg/kg every 8 hours, at most 4 g in 24 hours.",
    "An HbA1c of 6.5% or 48 mmol/mol is diagnostic.",
    "Elevate the head of the bed by 30 degrees C or 20 cm.",
    "The risk doubled (2.1, 95% CI 1.4 to 3.2).",
]
UNITS = {
    " mL": " L", " hours": " days", " hour": " day", " mmHg": " kPa", " mg": " g", " g": " mg", " mcg": " mg",
    " units": " mg", " days": " weeks", " weeks": " months", " mmol": " µmol", "%": " mg", " months": " years",
    " years": " months", " cm": " mm", " puffs": " tablets",
}  # fmt: skip


def altered(sentence: str, rng: random.Random) -> str:
    """The sentence with one number or unit made another."""
    import re

    numbers = list(re.finditer(r"(?<![\w.])\d+(?:[.,]\d+)?(?!\d)|\bsix\b|\btwice\b", sentence))
    while True:
        found = rng.choice(numbers)
        head, number, tail = sentence[: found.start()], found.group(), sentence[found.end() :]
        unit = next((name for name in sorted(UNITS, key=len, reverse=True) if tail.startswith(name)), None)
        if unit and rng.random() < 0.35:
            return head + number + UNITS[unit] + tail[len(unit) :]
        if number in ("six", "twice"):
            return head + {"six": "nine", "twice": "three times"}[number] + tail
        value = float(number.replace(",", ""))
        changed = rng.choice([value * 10, value / 10, value + 1, value * 2, value / 2])
        text = f"{changed:.6g}"
        # A number that stands elsewhere in the sentence with the same unit would be a swap, not an alteration.
        if not re.search(rf"(?<![\d.]){re.escape(text)}(?![\d.])", sentence):
            return head + text + tail


def test_all_of_300_altered_doses_counts_and_units_are_caught_and_no_original_is() -> None:
    rng = random.Random(20240607)
    missed = []
    for index in range(300):
        sentence = SENTENCES[index % len(SENTENCES)]
        claim = altered(sentence, rng)
        if not missing_numbers(claim, sentence):
            missed.append((claim, sentence))
    assert missed == []
    assert [sentence for sentence in SENTENCES if missing_numbers(sentence, sentence)] == []


def test_figures_are_read_in_order_with_their_bounds() -> None:
    figures = figures_in("at least 30 mL/kg within 3 hours, MAP > 65, BP 140/90")
    assert [(figure.text, figure.bound) for figure in figures] == [
        ("30 mL/kg", "low"),
        ("3 hours", "high"),
        ("65", "low"),
        ("140/90", ""),
    ]
