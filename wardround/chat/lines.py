"""Where a chat's lines come from: a person at a prompt, or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO

from wardround.errors import InputError

PROMPT = "> "


class Lines(Protocol):
    """One line after another."""

    def next(self) -> str | None:
        """The next line without its end; None when there are no more.

        Raises:
            InputError: the line is not text; the one after it can still be read.
        """
        ...


class PipedLines:
    """Lines of a stream, as they are; with a prompt where a person types into a simple terminal."""

    def __init__(self, stream: BinaryIO, prompt_on: TextIO | None = None) -> None:
        self._stream = stream
        self._prompt_on = prompt_on

    def next(self) -> str | None:
        """The next line of the stream."""
        if self._prompt_on is not None:
            self._prompt_on.write(PROMPT)
            self._prompt_on.flush()
        raw = self._stream.readline()
        if not raw:
            return None
        try:
            return raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise InputError(
                f"a line on standard input is not UTF-8 text (byte {error.start}); it is left out"
            ) from error


class PromptedLines:
    """Lines typed at a prompt with history, search in it (Ctrl-R) and completion of commands."""

    def __init__(self, history: Path, commands: Sequence[str]) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import FileHistory

        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            history=FileHistory(str(history)),
            completer=WordCompleter(list(commands), sentence=True),
            complete_while_typing=False,
        )

    def next(self) -> str | None:
        """What was typed; Ctrl-C drops the line being typed, Ctrl-D on an empty one ends."""
        while True:
            try:
                return self._session.prompt()
            except KeyboardInterrupt:
                sys.stdout.write("(/quit or Ctrl-D leaves the chat)\n")
            except EOFError:
                return None
