"""What a prompt can hold is counted without holding up the questions beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from wardround.agent.models.protocol import Message
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.writing.showing import most_that_fit


class CountingServer(ScriptedModel):
    """Counts words, and answers only once another question has moved on."""

    def __init__(self) -> None:
        super().__init__(context_tokens=2000)
        self.moved_on = threading.Event()

    def count_tokens(self, messages: Sequence[Message]) -> int:
        assert self.moved_on.wait(30), "nothing else ran while tokens were counted"
        return sum(len(message.content.split()) for message in messages)


async def test_another_question_goes_on_while_a_server_counts() -> None:
    model = CountingServer()

    async def other_question() -> None:
        model.moved_on.set()

    fitting, _ = await asyncio.gather(
        most_that_fit(model, 40, lambda count: [Message("user", "word " * 100 * count)], max_tokens=500),
        other_question(),
    )
    assert fitting == 12  # (2000 - 500 - 256) // 100


async def test_a_prompt_with_more_room_than_bytes_is_not_counted_at_all() -> None:
    model = CountingServer()  # would wait in vain
    assert await most_that_fit(model, 2, lambda count: [Message("user", "word " * count)], max_tokens=500) == 2
