"""A client of an OpenAI-compatible server as tests use it: without pauses, and closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.fake_openai_server import FakeOpenAIServer
from wardround.agent.models.openai_server import OpenAIServerModel
from wardround.agent.models.protocol import Message, Prompt
from wardround.agent.models.retrying import BackOff

LEFT_WITHIN = 10
"""Seconds a closed connection may take to be noticed by the server."""


def ask(text: str = "Which dose?", **decoding: Any) -> Prompt:
    return Prompt((Message("user", text),), **decoding)


class Pauses(list[float]):
    """A clock that does not wait but remembers for how long it should have."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@asynccontextmanager
async def connected(server: FakeOpenAIServer, **options: Any) -> AsyncIterator[OpenAIServerModel]:
    back_off = options.pop("back_off", None) or BackOff(max_retries=2, sleep=Pauses())
    model = OpenAIServerModel.connect(server.url, back_off=back_off, **options)
    yield model
    await model.aclose()
