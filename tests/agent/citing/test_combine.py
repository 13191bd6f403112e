"""The most cautious judge of each passage decides; the best passage decides for the claim."""

import pytest

from tests.agent.citing.material import claim, passage
from wardround.agent.citing.combine import CautiousJudge
from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.citing.model_judge import ModelJudge
from wardround.agent.models.scripted import ScriptedModel
from wardround.prompts import load_prompts

SOURCE = passage("Give hydrocortisone 200 mg per day in septic shock.")
JUDGE = CautiousJudge([LexicalJudge(), ModelJudge(ScriptedModel(otherwise=lambda _: "supports"), load_prompts())])


async def test_a_model_cannot_wave_a_wrong_dose_through() -> None:
    wrong = claim("Give hydrocortisone 300 mg per day in septic shock.", SOURCE)
    assert (await JUDGE.judge(wrong, [SOURCE])).verdict == "not_found"
    right = claim("Give hydrocortisone 200 mg/day in septic shock.", SOURCE)
    assert (await JUDGE.judge(right, [SOURCE])).verdict == "supported"


async def test_one_passage_that_passes_every_judge_is_enough() -> None:
    other = passage("Dopamine is second-line.", "g:2#0")
    right = claim("Give hydrocortisone 200 mg/day in septic shock.", other, SOURCE)
    verified = await JUDGE.judge(right, [other, SOURCE])
    assert (verified.verdict, [quote.passage_id for quote in verified.quotes]) == ("supported", ["g:1#0"])


def test_a_combination_names_its_judges_and_is_never_empty() -> None:
    assert JUDGE.fingerprint.startswith("cautious(lexical-2(0.7,0.5,0.5),model(scripted:")
    with pytest.raises(ValueError, match="at least one judge"):
        CautiousJudge([])
