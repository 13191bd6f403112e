"""Sentences that turn each other round are told from sentences that agree."""

import pytest

from wardround.agent.citing.direction import conflict

OPPOSED = [
    ("Statins increase mortality.", "Statins decrease mortality."),
    ("Statins increase mortality.", "Statins do not increase mortality."),
    ("Dopamine is recommended.", "We recommend against dopamine."),
    ("Metformin is recommended below eGFR 30.", "Avoid metformin below eGFR 30."),
    ("Aspirin is indicated in children.", "Aspirin is contraindicated in children."),
    ("Patients with fever are admitted.", "Patients without fever are admitted."),
    ("Drug A is superior to placebo.", "Drug A is inferior to placebo."),
    ("Smoking was associated with relapse.", "Smoking was not associated with relapse."),
    ("Vitamin D prevents fractures.", "Vitamin D doesn't prevent fractures."),
    ("The isolate is sensitive to penicillin.", "The isolate is resistant to penicillin."),
    ("Stop warfarin before surgery.", "Start warfarin before surgery."),
    ("Treat hyperkalaemia at once.", "Treat hypokalemia at once."),
]
AGREED = [
    ("Statins reduce mortality.", "Mortality was lower with statins."),
    ("Statins do not increase mortality.", "There was no increase in mortality with statins."),
    ("Dopamine should be avoided.", "We recommend against dopamine."),
    ("Give fluids within 3 hours.", "Give fluids no later than 3 hours after recognition."),
    ("Not only men are affected.", "Men are affected."),
    ("Fever is common.", "Fever is common, but rash is not."),
]


@pytest.mark.parametrize(("claim", "quote"), OPPOSED)
def test_opposites_conflict_both_ways(claim: str, quote: str) -> None:
    assert conflict(claim, quote) is not None
    assert conflict(quote, claim) is not None


@pytest.mark.parametrize(("claim", "quote"), AGREED)
def test_agreement_in_other_words_is_no_conflict(claim: str, quote: str) -> None:
    assert conflict(claim, quote) is None
    assert conflict(quote, claim) is None
