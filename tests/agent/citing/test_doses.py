"""What counts as the dose of a medicine."""

from __future__ import annotations

import pytest

from wardround.agent.citing.doses import gives_dose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Start allopurinol at 50 mg a day.", True),
        ("Infuse at 10 mL/min.", True),
        ("Creatinine clearance < 30-35 mL/min: bisphosphonates are contraindicated.", False),
        ("CrCl >= 35 mL/min: all may be used.", False),
        ("eGFR of 30 to 45 mL/min/1.73 m²: review", False),
        ("CrCl 20 mL/min: 1 mg/kg once daily", True),
        ("Continue for 3 months.", False),
    ],
)
def test_what_kidneys_filter_is_no_dose(text: str, expected: bool) -> None:
    assert gives_dose(text) is expected
