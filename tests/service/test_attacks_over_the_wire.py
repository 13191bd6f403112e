"""The attacks and tricks of hostile documents, as other people's programs receive them over HTTP and MCP."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client

from tests.agent.test_attacks_through_the_agent import (
    QUESTIONS,
    about_attacks,
    assert_citations_stand,
    assert_no_order_is_followed,
    poisoned_library,
)
from tests.security.test_hostile_text import TEXTS, UNSEEN, hostile
from tests.service.served import PATIENCE, WatchedAgent, served
from wardround.agent.answer import Answer
from wardround.agent.assembly import equipment
from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.events import Event, Finished, QueryFound, QuestionFramed, RoundStarted
from wardround.agent.records import Turn
from wardround.agent.settings import Settings
from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.mcp_server import build_server
from wardround.retrievers.protocols import EVERYWHERE, Hit, Where

NAMES = list(TEXTS)


def passage(text: str) -> Passage:
    """A passage whose every text is the given one."""
    biblio = Biblio(title=text, doi=text, pmid=text, year=2021)
    return Passage(text, text, text, 0, (text,), text, 0, len(text), biblio)


class HostileAgent(WatchedAgent):
    """Everything it says, and everything it finds, is the text whose number is asked for."""

    name = "hostile"

    @property
    def retriever(self) -> HostileAgent:
        return self

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncGenerator[Event]:
        text = TEXTS[NAMES[int(question.removeprefix("refuse "))]]
        if question.startswith("refuse"):
            raise InputError(text)
        yield QuestionFramed(text, text)
        yield RoundStarted(1, (text,))
        yield QueryFound(text, 0, error=text)
        yield Finished(hostile(text))

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        return [Hit(passage(TEXTS[NAMES[int(query)]]), 1.0, 1, self.name)] if query else []

    def admitted(self, where: Where) -> int:
        return 0

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        return [passage(TEXTS[NAMES[int(one)]]) for one in passage_ids]


def strings(value: object) -> Iterator[str]:
    """Every string in decoded JSON, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (one for pair in value.items() for part in pair for one in strings(part))
    elif isinstance(value, list):
        yield from (one for part in value for one in strings(part))


def unseen(value: object) -> set[str]:
    """The characters in it that no reply may hold, even once a program has decoded it."""
    letters = set("".join(strings(value)))
    return {hex(ord(one)) for one in letters if one != "\n" and unicodedata.category(one) in UNSEEN}


def body(question: str, **more: object) -> dict[str, Any]:
    return {"model": "wardround", "messages": [{"role": "user", "content": question}], **more}


def events(text: str) -> list[Any]:
    """The decoded chunks of a stream, by a reader that takes every kind of line end for one."""
    data = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    assert data.pop() == "[DONE]"
    return [json.loads(one) for one in data]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(HostileAgent(), concurrency=4) as base, httpx.Client(base_url=base, timeout=PATIENCE) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True])
def test_no_reply_over_http_holds_an_unseen_character(client: httpx.Client, stream: bool) -> None:
    for number, name in enumerate(NAMES):
        reply = client.post("/v1/chat/completions", json=body(str(number), stream=stream))
        told = events(reply.text) if stream else [reply.json()]
        assert (name, reply.status_code, unseen(reply.text), unseen(told)) == (name, 200, set(), set())
        answer = next(one["wardround"] for one in reversed(told) if one.get("wardround"))
        if number % 5 == 0:
            assert_citations_stand(Answer.model_validate(answer))


def test_no_refusal_over_http_holds_an_unseen_character(client: httpx.Client) -> None:
    for number, name in enumerate(NAMES):
        refused = client.post("/v1/chat/completions", json=body(f"refuse {number}"))
        streamed = client.post("/v1/chat/completions", json=body(f"refuse {number}", stream=True))
        unknown = client.post("/v1/chat/completions", json=body("x") | {"model": TEXTS[name][:100]})
        filtered = client.post("/v1/chat/completions", json=body("x", filter=[TEXTS[name][:500]]))
        assert (name, refused.status_code, unseen(refused.json())) == (name, 400, set())
        assert (name, filtered.status_code, unseen(filtered.json())) == (name, 400, set())
        assert (name, unseen(events(streamed.text))) == (name, set())
        assert (name, unknown.status_code, unseen(unknown.json())) == (name, 404, set())


async def test_no_tool_gives_an_assistant_an_unseen_character() -> None:
    async with Client(build_server(HostileAgent())) as client:
        for number, name in enumerate(NAMES):
            calls = {"ask": "question", "search": "query", "get_passage": "passage_id"}
            for tool, argument in calls.items():
                result = await client.call_tool(tool, {argument: str(number)})
                assert not result.is_error
                assert (name, tool, unseen(result.model_dump(mode="json"))) == (name, tool, set())
                if tool == "ask":
                    assert_citations_stand(Answer.model_validate(result.structured_content))
            refused = await client.call_tool("ask", {"question": f"refuse {number}"})
            assert (name, refused.is_error, unseen(refused.model_dump(mode="json"))) == (name, True, set())
            unknown = await client.call_tool("search", {"query": str(number), "filter": [TEXTS[name][:500]]})
            assert (name, unknown.is_error, unseen(unknown.model_dump(mode="json"))) == (name, True, set())
            empty = await client.call_tool("search", {"query": "", "filter": [f"mesh={TEXTS[name][:500]}"]})
            assert (name, unseen(empty.model_dump(mode="json"))) == (name, set())


async def test_among_attacks_no_order_is_support_in_any_reply(tmp_path: Path) -> None:
    """The agent itself, by quotation, with all attacks in its index beside the ward's passages."""
    asked = [*QUESTIONS[:2], *about_attacks()[3::25]]
    opened = ClinicalAgent(equipment(Settings(), poisoned_library()), checkpoints=tmp_path / "c.sqlite")
    server = build_server(opened)  # ahead of the service, which closes the agent at its end
    with served(opened) as base, httpx.Client(base_url=base, timeout=PATIENCE) as client:  # type: ignore[arg-type]
        replies = [client.post("/v1/chat/completions", json=body(question)).json() for question in asked]
        async with Client(server) as assistant:
            tool = (await assistant.call_tool("ask", {"question": QUESTIONS[0]})).structured_content
    given = [Answer.model_validate(one) for one in (*(reply["wardround"] for reply in replies), tool)]
    for answer in given:
        assert_citations_stand(answer)
        assert_no_order_is_followed(answer)
        assert not any(speaks_to_a_model(claim.text) for claim in answer.claims)
    assert unseen(replies) == set()
    assert sum(len(claim.citations) for answer in given for claim in answer.claims) >= 3
