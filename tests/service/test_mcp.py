"""``wardround mcp`` as the official client sees it, over standard input and output and in this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.service.mcp_program import ConsultedAgent
from tests.service.served import told_of_the_rounds
from tests.wardround.fake_agent import an_answer
from wardround.agent.answer import Answer
from wardround.agent.printable_answer import printable_answer
from wardround.mcp_server import build_server

PROGRAM = Path(__file__).with_name("mcp_program.py")
ROOT = Path(__file__).parents[2]


def text_of(result: Any) -> str:
    return "".join(block.text for block in result.content)


async def test_an_assistant_that_starts_the_command_finds_and_uses_its_tools() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COVERAGE_PROCESS_START"}
    command = StdioServerParameters(
        command=sys.executable, args=[str(PROGRAM), "mcp"], env=environment | {"PYTHONPATH": str(ROOT)}
    )
    async with Client(command, read_timeout_seconds=60) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == ["ask", "search", "get_passage"]
        assert tools["ask"].annotations is not None
        assert tools["ask"].annotations.read_only_hint is True
        assert list(tools["ask"].input_schema["properties"]) == ["question", "filter"]
        assert tools["ask"].input_schema["required"] == ["question"]
        asked = await client.call_tool("ask", {"question": "How soon?"})
        assert text_of(asked) == an_answer("How soon?").to_markdown()
        assert Answer.model_validate(asked.structured_content) == printable_answer(an_answer("How soon?"))


async def test_search_and_get_passage_give_ids_and_texts_without_control_characters() -> None:
    async with Client(build_server(ConsultedAgent())) as client:
        found = (await client.call_tool("search", {"query": "sepsis", "k": 5})).structured_content
        assert [(one["passage_id"], one["text"]) for one in found["passages"]] == [
            ("ward:0#0", "Give antibiotics[31m early."),
            ("ward:1#0", "Take cultures."),
        ]
        newer = (await client.call_tool("search", {"query": "sepsis", "year_from": 2015})).structured_content
        assert [one["year"] for one in newer["passages"]] == [2020]
        one = (await client.call_tool("get_passage", {"passage_id": "ward:1#0"})).structured_content
        assert (one["title"], one["heading"], one["text"]) == ("Ward handbook", ["Sepsis"], "Take cultures.")


async def test_both_searches_and_questions_take_a_filter_and_say_when_it_admits_nothing() -> None:
    async with Client(build_server(ConsultedAgent())) as client:

        async def found(**arguments: object) -> Any:
            return (await client.call_tool("search", {"query": "sepsis", **arguments})).structured_content

        older = await found(filter=["year<=2015", "corpus=ward"])
        assert ([one["year"] for one in older["passages"]], older["note"]) == ([2010], None)
        none = await found(filter=["mesh=Sepsis"], year_from=2011)
        assert (none["passages"], none["note"]) == (
            [],
            "the filter (published from 2011; MeSH Sepsis) admits no passage of the index, so that nothing could be "
            "found: widen it or leave it out",
        )
        asked = await client.call_tool("ask", {"question": "How soon?", "filter": ["evidence=guideline"]})
        assert asked.structured_content["warnings"] == ["searched evidence guideline"]


async def test_the_rounds_are_told_as_progress() -> None:
    told: list[tuple[float, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with Client(build_server(ConsultedAgent())) as client:
        await client.call_tool("ask", {"question": "How soon?"}, progress_callback=hear)
    assert told == [(number, line.strip()) for number, line in enumerate(told_of_the_rounds(), start=1)]
    assert (2, "looking up: antibiotics timing") in told


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "broken"}, "the index in /secret/folder is damaged"),
        ("get_passage", {"passage_id": "ward:9#0"}, "there is no passage 'ward:9#0'"),
        ("search", {"query": "x", "k": 0}, "greater than or equal to 1"),
        ("search", {"query": "x", "filter": ["colour=red"]}, "there is no filter 'colour': there are corpus, "),
        ("search", {"query": "x", "year_from": 20}, "'20' is no year: write four digits"),
        ("ask", {"question": "x", "filter": ["tipe=rct"]}, "there is no filter 'tipe': did you mean type?"),
        ("ask", {}, "Field required"),
    ],
)
async def test_what_goes_wrong_is_told_to_the_assistant(tool: str, arguments: dict[str, object], said: str) -> None:
    async with Client(build_server(ConsultedAgent())) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in text_of(result)


async def test_a_defect_tells_nothing_of_the_question() -> None:
    async with Client(build_server(ConsultedAgent())) as client:
        result = await client.call_tool("ask", {"question": "defect"})
    assert result.is_error
    assert "patient" not in text_of(result)
