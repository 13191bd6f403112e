"""The default judge against people's judgements, with the figures it must reach."""

from pathlib import Path

import pytest

from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.evals.judge_agreement import (
    agreement,
    altered_sentences,
    physicians,
    rationale_auroc,
    verdicts_on_abstracts,
)

pytestmark = pytest.mark.shared_data
STANDS = frozenset({"supported", "partly"})


def test_rationales_are_told_from_the_other_sentences_of_their_abstract(shared_data: Path) -> None:
    fitted_on = rationale_auroc(shared_data / "scifact")
    never_seen = rationale_auroc(shared_data / "scifact", "CONTRADICT")
    assert (fitted_on.n, never_seen.n) == (5906, 3805)
    assert fitted_on.low > 0.76
    assert never_seen.estimate >= 0.76


def test_altered_sentences_are_caught_and_right_ones_left_alone(shared_data: Path) -> None:
    found = altered_sentences(shared_data / "medec_ms", LexicalJudge())
    assert found.caught.n == 304
    assert found.caught.low >= 0.60
    assert found.false_alarms.high <= 0.05


def test_claims_stand_on_the_abstracts_that_support_them_more_than_on_others(shared_data: Path) -> None:
    verdicts = verdicts_on_abstracts(shared_data / "scifact", LexicalJudge())
    supporting = agreement(verdicts, "SUPPORT", STANDS)
    silent = agreement(verdicts, "NOT_ENOUGH_INFO", STANDS)
    assert supporting.low > 0.45
    assert silent.high < 0.15
    contradicted = agreement(verdicts, "CONTRADICT", frozenset({"contradicted"}))
    wrongly = agreement(verdicts, "SUPPORT", frozenset({"contradicted"}))
    assert contradicted.estimate > 2 * wrongly.estimate


def test_what_physicians_call_entailed_is_called_supported_more_often_than_what_they_call_neutral(
    shared_data: Path,
) -> None:
    verdicts = physicians(shared_data / "k_qa", LexicalJudge())
    assert sum(sum(counts.values()) for counts in verdicts.values()) == 214
    entailed, neutral = (agreement(verdicts, label, STANDS) for label in ("Entailment", "Neutral"))
    assert entailed.low > neutral.high
