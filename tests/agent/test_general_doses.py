"""A dose for patients in general does not stand beside words on what makes this patient different."""

from __future__ import annotations

from tests.agent.ward import passages
from wardround.agent.general_doses import LEFT_OUT, without_general_doses
from wardround.agent.records import Quote, VerifiedClaim

BY_ID = {one.id: one for one in passages()}
ALLOPURINOL = "Start allopurinol at 100 mg a day or less, and lower in chronic kidney disease of stage 3 or more."


def claim(text: str, passage_id: str, quoted: str) -> VerifiedClaim:
    start = BY_ID[passage_id].text.index(quoted)
    return VerifiedClaim(text, "supported", "model", (Quote(passage_id, quoted, start, start + len(quoted)),))


IN_KIDNEY_DISEASE = claim("Allopurinol starts below 100 mg in kidney disease [1].", "ward:4#0", ALLOPURINOL)
IN_GENERAL = claim(
    "In kidney disease, colchicine 1.2 mg treats a flare.", "ward:3#0", "Low-dose colchicine is 1.2 mg, then 0.6 mg"
)
WITHOUT_A_DOSE = claim("A flare is treated with an NSAID.", "ward:3#0", "Treat a gout flare with colchicine, an NSAID")
CLAIMS = (IN_KIDNEY_DISEASE, IN_GENERAL, WITHOUT_A_DOSE)


def test_what_a_claim_says_of_the_patient_does_not_count_unless_its_source_says_it() -> None:
    kept, warnings = without_general_doses("How is gout treated in chronic kidney disease?", CLAIMS, BY_ID)
    assert (kept, warnings) == ((IN_KIDNEY_DISEASE, WITHOUT_A_DOSE), (LEFT_OUT,))


def test_a_heading_relates_what_stands_under_it_to_the_patient() -> None:
    instead = "Use methyldopa, nifedipine or labetalol instead."
    nifedipine = claim("Nifedipine 30 mg is used instead.", "ward:7#0", instead)
    kept, _ = without_general_doses("How is hypertension treated in pregnancy?", (nifedipine, IN_GENERAL), BY_ID)
    assert kept == (nifedipine,)


def test_doses_stay_where_nothing_speaks_to_the_patient_or_nothing_is_asked_of_one() -> None:
    assert without_general_doses("How is gout treated in pregnancy?", CLAIMS, BY_ID) == (CLAIMS, ())
    assert without_general_doses("How is gout treated?", CLAIMS, BY_ID) == (CLAIMS, ())


def test_a_child_gets_no_dose_that_is_not_a_child_s() -> None:
    assert without_general_doses("How is gout treated in a child?", CLAIMS, BY_ID) == (
        (WITHOUT_A_DOSE,),
        (LEFT_OUT, LEFT_OUT),
    )


def test_a_dose_for_adults_with_the_same_illness_is_not_a_child_s() -> None:
    kept, _ = without_general_doses("How is gout treated in a child with chronic kidney disease?", CLAIMS, BY_ID)
    assert kept == (WITHOUT_A_DOSE,)
