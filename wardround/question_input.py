"""Reading the question from an argument or from standard input."""

from __future__ import annotations

from codecs import getincrementaldecoder
from typing import BinaryIO

from wardround.agent.question import checked_question
from wardround.errors import InputError

FROM_STANDARD_INPUT = "-"
_MOST_BYTES = 16 * 2**20


def read_question(argument: str | None, standard_input: BinaryIO, max_chars: int) -> str:
    """The question, checked; ``-`` or no argument reads standard input.

    Raises:
        InputError: it is empty, too long, or not text.
    """
    if argument is None or argument == FROM_STANDARD_INPUT:
        if argument is None and standard_input.isatty():
            raise InputError('there is no question: write it in quotes, as in wardround ask "..."')
        return checked_question(_decoded(standard_input), max_chars)
    if any("\ud800" <= character <= "\udfff" for character in argument):
        raise InputError("the question is not UTF-8 text: check the terminal's encoding")
    return checked_question(argument, max_chars)


def _decoded(standard_input: BinaryIO) -> str:
    """What can be read as text; the end of an endless stream is not waited for."""
    raw = standard_input.read(_MOST_BYTES)
    decoder = getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(raw, final=len(raw) < _MOST_BYTES)
    except UnicodeDecodeError as error:
        raise InputError(
            f"standard input is not UTF-8 text (byte {error.start}): pass the question as plain text"
        ) from error
