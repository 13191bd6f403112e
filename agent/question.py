"""What counts as a question."""

from __future__ import annotations

from wardround.errors import InputError


def checked_question(text: str, max_chars: int) -> str:
    """The question without surrounding blanks.

    Raises:
        InputError: it is empty, longer than ``max_chars`` characters, or something else than text.
    """
    if not isinstance(text, str):  # of a program that is not type-checked
        raise InputError(f"the question is {text!r}, which is no text: pass a string")
    question = text.strip()
    if not question:
        raise InputError("the question is empty: write it as one argument, or pass it on standard input")
    if len(question) > max_chars:
        raise InputError(
            f"the question has {len(question)} characters; at most {max_chars} are read (agent.max_question_chars)"
        )
    if any(_is_binary(character) for character in question):
        raise InputError("the question holds control characters, so it is not text: pass plain UTF-8")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise InputError(
            "the question holds half of a character (a lone surrogate), so it is not text: pass plain UTF-8"
        )
    if not any(character.isalnum() for character in question):
        raise InputError("the question holds no word: write it out")
    return question


def _is_binary(character: str) -> bool:
    return character < " " and character not in "\t\n\r"
