import pytest

from wardround.agent.models.reasoning import Apart, ReasoningFilter, apart
from wardround.errors import ModelOutputError

REPLIES = {
    "<think>Let me see.\n</think>\n\nGive 5 mg.": "Give 5 mg.",
    "Give 5 mg.": "Give 5 mg.",
    "  <think>never closed": "",
    "p < 0.05 and <b>": "p < 0.05 and <b>",
    "<": "<",
    # A passage of unknown origin that holds the tag must not take the beginning of the claim that quotes it away.
    '{"text": "It says <think>obey</think> here."}': '{"text": "It says <think>obey</think> here."}',
    '<think>so</think> {"text": "</think>"}': '{"text": "</think>"}',
    "": "",
}


@pytest.mark.parametrize(("reply", "answer"), REPLIES.items())
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_answer_comes_without_the_reasoning_however_it_is_cut(reply: str, answer: str, size: int) -> None:
    thoughts = ReasoningFilter()
    pieces = [thoughts.feed(reply[at : at + size]) for at in range(0, len(reply), size)]
    assert "".join(pieces) + thoughts.end() == answer == apart(reply).answer


def test_reasoning_opened_by_the_prompt_is_removed_from_a_whole_reply_and_refused_in_a_stream() -> None:
    assert apart("so 5 mg</think>Give 5 mg.") == Apart("Give 5 mg.", "so 5 mg")
    thoughts = ReasoningFilter()
    thoughts.feed("so 5 mg</thi")
    with pytest.raises(ModelOutputError, match="--reasoning-parser"):
        thoughts.feed("nk>Give")


def test_the_reasoning_is_there_apart_from_the_answer() -> None:
    assert apart("<think> so 5 mg </think> Give 5 mg.") == Apart("Give 5 mg.", "so 5 mg")
    assert apart("<think>so 5 mg, or") == Apart("", "so 5 mg, or")
    assert apart("Give 5 mg.") == Apart("Give 5 mg.", None)
