"""A dose that a source gives for other values than the patient's is not the patient's dose."""

import pytest

from wardround.agent.quoting.measured_ranges import is_dose_at_other_values


@pytest.mark.parametrize(
    ("question", "text", "of_others"),
    [
        ("4F-PCC dose at INR 3.5?", "Baseline INR: > 6.0; Dose: 50 IU/kg", True),
        ("4F-PCC dose at INR 3.5?", "At INR 1.3-1.9 a dose of 10-20 IU/kg may be considered.", True),
        ("4F-PCC dose at INR 3.5?", "Baseline INR: 2.0-3.9; Dose: 25 IU/kg", False),
        ("4F-PCC dose for an INR of 6.5?", "Baseline INR: > 6.0; Dose: 50 IU/kg", False),
        ("allopurinol dose, CKD stage 4", "CKD stage 1-2; Starting dose: <= 100 mg/day", True),
        ("allopurinol dose in stage 4 chronic kidney disease", "CKD stage 1-2; Starting dose: <= 100 mg/day", True),
        ("allopurinol dose, CKD stage 4", "Starting dose (CKD stage >= 3): <= 50 mg/day", False),
        ("allopurinol dose, CKD stage 4", "<= 100 mg/day; <= 50 mg/day in CKD stage >= 3", False),
        ("apixaban, CrCl < 30, what dose?", "At CrCl 15-29 give 2.5 mg twice daily.", False),
        ("apixaban, creatinine clearance of 60", "Give 2.5 mg twice daily at CrCl 15-29.", True),
        # What holds at other values without a dose may well be the answer.
        ("Can it be started at an eGFR of 20?", "It is recommended at an eGFR of at least 25.", False),
        ("dose at eGFR 20", "Start with 10 mg once daily.", False),
        ("radiotherapy of stage 4 lung cancer: dose?", "Stage 1-2: 50 mg daily", False),
    ],
)  # fmt: skip
def test_a_dose_for_other_values_is_known(question: str, text: str, of_others: bool) -> None:
    assert is_dose_at_other_values(question, text) == of_others
