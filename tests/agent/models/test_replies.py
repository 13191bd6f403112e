import pytest

from wardround.agent.models.protocol import Message
from wardround.agent.models.replies import estimated_tokens, require_room
from wardround.errors import BackendError

CLINICAL = [
    "Start noradrenaline at 0.05–0.1 µg/kg/min and titrate to a MAP of ≥ 65 mmHg (SSC 2021, strong recommendation).",
    "HR 0.83 (95% CI 0.71–0.97; P=0.02); NNT 27; eGFR <30 mL/min/1.73 m²; HbA1c 7.2 %.",
    "Hydroxychloroquine, methylprednisolone, piperacillin/tazobactam and pneumonoultramicroscopicsilicovolcanoconiosis",
    "GATTACAGATTACA c.1521_1523delCTT p.Phe508del rs334 BRCA1",
    "感染性休克患者应在一小时内使用抗生素。 Пациентам с сепсисом. 🫀🩺",
    '{"queries": ["sepsis", "shock"]}\n\n\t- [1] <b>x</b>\n',
]


def test_the_estimate_counts_letters_in_pairs_and_everything_else_singly() -> None:
    assert estimated_tokens([Message("user", "give 5 mg")]) == 64 + 8 + 2 + 1 + 1
    assert estimated_tokens([]) == 64


@pytest.mark.local_models
@pytest.mark.slow
@pytest.mark.parametrize("text", CLINICAL)
def test_the_estimate_is_not_below_a_small_vocabularys_count(text: str, smollm2) -> None:
    messages = [Message("user", text)]
    assert smollm2.count_tokens(messages) <= estimated_tokens(messages)


def test_a_prompt_without_room_for_its_reply_is_refused_with_the_figures() -> None:
    require_room("m", 90, 10, 100)
    with pytest.raises(BackendError, match="m holds 100 tokens, but the prompt has 91 and its reply may take 10"):
        require_room("m", 91, 10, 100)
