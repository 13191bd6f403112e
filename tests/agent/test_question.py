"""What counts as a question, whichever way it comes."""

from __future__ import annotations

import pytest

from wardround.agent.question import checked_question
from wardround.errors import InputError


def test_half_of_a_character_is_refused_and_a_whole_one_beyond_the_first_65536_is_not() -> None:
    with pytest.raises(InputError, match=r"half of a character \(a lone surrogate\)"):
        checked_question("How \ud800 soon?", 100)
    assert checked_question("Is \U0001fac0 failing? ", 100) == "Is \U0001fac0 failing?"


@pytest.mark.parametrize("text", [None, b"How soon?", 7])
def test_what_is_no_string_is_no_question(text: object) -> None:
    with pytest.raises(InputError, match="which is no text: pass a string"):
        checked_question(text, 100)  # type: ignore[arg-type]
