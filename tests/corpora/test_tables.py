import pytest

from wardround.corpora.tables import row_lines

SPECIFIED = [
    (
        ["Agent", "IV Dose", "Frequency"],
        ["Ceftriaxone", "1-2 g", "Every 24 hours"],
        "Ceftriaxone — IV Dose: 1-2 g; Frequency: Every 24 hours",
    ),
    (
        ["Killip Class", "Features", "Mortality"],
        ["II", "Rales", "17%"],
        "Killip Class: II; Features: Rales; Mortality: 17%",
    ),
    (["Parameter", "Detail"], ["Initial fluid", "30 mL/kg"], "Initial fluid: 30 mL/kg"),
    (["Parameter", "Target"], ["SBP", "< 130 mm Hg"], "SBP — Target: < 130 mm Hg"),
    (["Stage", "Creatinine"], ["Stage 2", "2.0-2.9 times"], "Stage 2; Creatinine: 2.0-2.9 times"),
    (["Symptom", "Yes", "No"], ["Night waking", "", ""], "Symptom: Night waking"),
    (["", "0", "1"], ["Eye opening", "none", "to pain"], "Eye opening — 0: none; 1: to pain"),
    (
        ["Category", "Systolic (mm Hg)", "", "Diastolic (mm Hg)"],
        ["Elevated", "120–129", "and", "< 80"],
        "Category: Elevated; Systolic (mm Hg): 120–129 and Diastolic (mm Hg): < 80",
    ),
    (["Drug", "Notes", "Dose"], ["A", "Avoid in CKD.", "5 mg"], "A — Notes: Avoid in CKD; Dose: 5 mg"),
    (["Drug:", "Dose:"], ["A", "5 mg"], "A — Dose: 5 mg"),
    (["Drug"], ["A"], "A"),
    (["Drug"], ["A", "more cells than labels"], "A: more cells than labels"),
    (["Drug", "Dose"], ["A"], "A"),
]


@pytest.mark.parametrize(("header", "row", "line"), SPECIFIED)
def test_a_row_reads_alone(header: list[str], row: list[str], line: str) -> None:
    assert row_lines(header, [row]) == [line]


def test_an_empty_first_cell_means_the_one_above() -> None:
    rows = [["GCS score", "3-4", "2"], ["", "5-12", "1"], ["Age", ">= 80 years", "1"]]
    assert row_lines(["Component", "Criteria", "Points"], rows) == [
        "Component: GCS score; Criteria: 3-4; Points: 2",
        "Component: GCS score; Criteria: 5-12; Points: 1",
        "Component: Age; Criteria: >= 80 years; Points: 1",
    ]


def test_rows_without_content_are_left_out() -> None:
    assert row_lines(["Drug", "Dose"], [["", " "], []]) == []
