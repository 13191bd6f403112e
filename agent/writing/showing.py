"""Passages as a model sees them: under opaque ids, in a data block, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from wardround.agent.models.protocol import LanguageModel, Message
from wardround.agent.models.replies import most_tokens
from wardround.agent.records import AnswerOption
from wardround.corpora.records import Passage
from wardround.prompts import Entry, data_block, one_line, opaque_ids, prompt_key

T = TypeVar("T")

# Room for the turn that asks once more after an unusable reply.
_SECOND_TRY_TOKENS = 256


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown, and which passage each opaque id stands for."""

    block: str
    passages: Mapping[str, str]

    @property
    def ids(self) -> tuple[str, ...]:
        """The opaque ids in the order shown."""
        return tuple(self.passages)

    def resolve(self, ids: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Passage ids of the known ``ids``, without repetition, and the ``ids`` that were never shown."""
        known = tuple(dict.fromkeys(self.passages[one] for one in ids if one in self.passages))
        return known, tuple(dict.fromkeys(one for one in ids if one not in self.passages))


def show_passages(passages: Sequence[Passage], question: str) -> Shown:
    """The passages as a data block, in the order given."""
    key = prompt_key(question, *(passage.text for passage in passages))
    ids = opaque_ids(len(passages), key)
    entries = [(identity, Entry(_title(one), one.text)) for identity, one in zip(ids, passages, strict=True)]
    mapping = {identity: one.id for identity, one in zip(ids, passages, strict=True)}
    return Shown(data_block("passages", entries, key), mapping)


def show_options(options: Sequence[AnswerOption]) -> str:
    """The options of a multiple-choice question, one a line; empty when there are none."""
    if not options:
        return ""
    return "\n".join(["Options:", *(f"{option.letter}. {one_line(option.text)}" for option in options)])


async def most_that_fit(
    model: LanguageModel, available: int, messages: Callable[[int], Sequence[Message]], max_tokens: int
) -> int | None:
    """How many of ``available`` items a prompt can hold beside its reply, by real token counts.

    A prompt with more room than it has bytes is not counted: no token stands for less than one. Counting may take a
    request, so it is done in a thread, and other questions go on beside it.

    Args:
        model: counts the tokens and knows its context.
        available: how many items there are.
        messages: the prompt with that many items; never shorter with more of them.
        max_tokens: length of the reply.

    Returns:
        A number from 0 to ``available``; None when not even the prompt without any item fits.
    """
    room = model.context_tokens - max_tokens - _SECOND_TRY_TOKENS

    async def fits(count: int) -> bool:
        asked = messages(count)
        return most_tokens(asked) <= room or await asyncio.to_thread(model.count_tokens, asked) <= room

    if await fits(available):
        return available
    if not await fits(0):
        return None
    low, high = 0, available
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if await fits(middle) else (low, middle)
    return low


async def latest_that_fit(
    model: LanguageModel, items: Sequence[T], messages: Callable[[Sequence[T]], Sequence[Message]], max_tokens: int
) -> Sequence[T]:
    """The last of ``items``, as many as a prompt can hold beside its reply; none when not even one fits."""

    def last(count: int) -> Sequence[T]:
        return items[len(items) - count :]

    return last(await most_that_fit(model, len(items), lambda count: messages(last(count)), max_tokens) or 0)


def reply_tokens(model: LanguageModel, wanted: int) -> int:
    """``wanted``, or a quarter of a small model's context."""
    return min(wanted, model.context_tokens // 4)


def _title(passage: Passage) -> str:
    source = ", ".join(part for part in (passage.biblio.organisation, str(passage.biblio.year or "")) if part)
    warning = "[retracted] " if passage.biblio.retracted else ""
    return f"{warning}{passage.path} ({source})" if source else f"{warning}{passage.path}"
