"""Keeps a reasoning model's ``<think>`` text out of the answer, whole or while it streams."""

from __future__ import annotations

from typing import NamedTuple

from wardround.errors import ModelOutputError

OPENING = "<think>"
CLOSING = "</think>"

_JSON = ("{", "[")
"""What a reply in JSON begins with: a tag further on stands in what it quotes, which may be a hostile text."""


class ReasoningFilter:
    """Passes on the answer and holds back the reasoning block that may stand before it.

    Feed the pieces of one reply in order; joined, what comes back is the reply without its leading
    ``<think>...</think>`` and the white space around it.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"

    def feed(self, piece: str) -> str:
        """The part of the answer that is certain now.

        Raises:
            ModelOutputError: a closing tag without an opening one: the reasoning was already passed on,
                because the chat template opened it inside the prompt.
        """
        self._held += piece
        if self._state == "start":
            self._leave_start()
        if self._state == "thinking" and CLOSING in self._held:
            self._held = self._held.split(CLOSING, 1)[1]
            self._state = "after"
        if self._state == "after":
            self._held = self._held.lstrip()
            self._state = "plain" if self._held else "after"
        if self._state == "plain":
            released, self._held = self._held, ""
            return released
        return self._release() if self._state == "answer" else ""

    def end(self) -> str:
        """What is still held back when the reply is over; reasoning that never closed is dropped."""
        held, self._held = self._held, ""
        return held if self._state in ("start", "answer") else ""

    def _leave_start(self) -> None:
        self._held = self._held.lstrip()
        if self._held.startswith(OPENING):
            self._state = "thinking"
        elif not OPENING.startswith(self._held):
            self._state = "plain" if self._held.startswith(_JSON) else "answer"

    def _release(self) -> str:
        if CLOSING in self._held:
            raise ModelOutputError(
                "the model streams its reasoning without an opening tag: start the server with a reasoning parser "
                "(vLLM: --reasoning-parser)",
                raw=self._held,
            )
        kept = _partial_suffix(self._held, CLOSING)
        released, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return released


class Apart(NamedTuple):
    """A whole reply taken apart.

    Attributes:
        answer: what stands behind the reasoning; empty where that never ended.
        reasoning: None where the model did not reason aloud.
    """

    answer: str
    reasoning: str | None


def apart(text: str) -> Apart:
    """The answer of a whole reply, and everything up to the end of its reasoning."""
    opened = text.lstrip()
    if CLOSING in opened and not opened.startswith(_JSON):
        reasoning, _, answer = opened.partition(CLOSING)
        return Apart(answer.lstrip(), reasoning.removeprefix(OPENING).strip())
    if opened.startswith(OPENING):
        return Apart("", opened.removeprefix(OPENING).strip())
    held = ReasoningFilter()
    return Apart(held.feed(text) + held.end(), None)


def _partial_suffix(text: str, tag: str) -> int:
    """Length of the longest end of ``text`` that may be the beginning of ``tag``."""
    return next((size for size in range(len(tag) - 1, 0, -1) if text.endswith(tag[:size])), 0)
