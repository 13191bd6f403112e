"""The agent as tools of other people's assistants, by the Model Context Protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Annotated, Any, Protocol, TypeVar

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field

from wardround.agent.answer import Answer
from wardround.agent.events import Event, Finished
from wardround.agent.printable_answer import printable_answer
from wardround.agent.records import Turn
from wardround.agent.rendering import printable
from wardround.commands.progress import progress_lines
from wardround.corpora.records import Passage
from wardround.errors import WardroundError
from wardround.retrievers.protocols import Retriever, Where
from wardround.service.log_lines import report_failure

T = TypeVar("T")

MOST_HITS = 50

INSTRUCTIONS = (
    "Clinical questions answered from guidelines and literature, every statement with a reference and the words it "
    "stands on. Use `ask` for an answer, `search` to see passages, `get_passage` for one in full. Show the references, "
    "and say so when the corpus does not answer. Decision support for professionals."
)


class Consulted(Protocol):
    """The part of ``ClinicalAgent`` that the tools use."""

    @property
    def retriever(self) -> Retriever:
        """What the agent searches with."""
        ...

    def stream(self, question: str, *, history: Sequence[Turn] = ()) -> AsyncGenerator[Event]:
        """What happens while the question is answered, ``Finished`` last."""
        ...

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids; unknown ones are left out."""
        ...


class PassageRecord(BaseModel):
    """A passage as an assistant reads it."""

    passage_id: str
    corpus: str
    title: str
    heading: list[str]
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    retracted: bool
    text: str


class Hits(BaseModel):
    """Passages, best first."""

    passages: list[PassageRecord]


def build_server(agent: Consulted) -> MCPServer[Any]:
    """The server with its three tools; run it with ``run("stdio")``.

    Cancelling a call cancels the question. ``search`` and ``get_passage`` call no language model.
    """
    server: MCPServer[Any] = MCPServer("wardround", instructions=INSTRUCTIONS, log_level="WARNING")
    reads_only = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    async def ask(
        question: Annotated[str, Field(description="one complete clinical question, in English")], context: Context[Any]
    ) -> Annotated[CallToolResult, Answer]:
        """A cited answer to a clinical question, as Markdown, and as data with quotes, verdicts and references."""
        answer = await _answer(agent, question, context)
        text = TextContent(type="text", text=answer.to_markdown())
        return CallToolResult(content=[text], structured_content=answer.model_dump(mode="json"))

    async def search(
        query: Annotated[str, Field(description="words to look for; meaning counts, too", max_length=2000)],
        k: Annotated[int, Field(description="passages to return", ge=1, le=MOST_HITS)] = 10,
        year_from: Annotated[int | None, Field(description="first year of publication")] = None,
        year_to: Annotated[int | None, Field(description="last year of publication")] = None,
    ) -> Hits:
        """The passages of the literature that fit a query best, with their ids."""
        where = Where(year_from=year_from, year_to=year_to)
        with _errors_told():
            hits = await asyncio.to_thread(agent.retriever.search, query, k, where)
        return Hits(passages=[_record(hit.passage) for hit in hits])

    async def get_passage(
        passage_id: Annotated[str, Field(description="as `ask` and `search` give it", max_length=500)],
    ) -> PassageRecord:
        """One passage in full."""
        with _errors_told():
            found = await asyncio.to_thread(agent.passages, [passage_id])
        if not found:
            raise ToolError(f"there is no passage {passage_id!r}: take an id that `ask` or `search` gave")
        return _record(found[0])

    for tool in (ask, search, get_passage):
        server.add_tool(tool, annotations=reads_only)
    return server


async def _answer(agent: Consulted, question: str, context: Context[Any]) -> Answer:
    """The answer; the rounds are told of as progress."""
    steps = 0
    with _errors_told():
        async with aclosing(agent.stream(question)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return printable_answer(event.answer)
                for line in progress_lines(event):
                    steps += 1
                    await context.report_progress(steps, message=line.strip())
    raise RuntimeError("the run ended without an answer, which is a defect")


@contextmanager
def _errors_told() -> Iterator[None]:
    """Errors of ours reach the assistant in their own words, so that it can say what is wrong.

    Of a defect it hears the kind alone, and so does the log: its message may hold words of the question.
    """
    try:
        yield
    except WardroundError as error:
        raise ToolError(printable(str(error))) from error
    except Exception as error:
        report_failure(error)
        raise ToolError(f"a defect in wardround ({type(error).__name__}); its log says where") from None


def _record(passage: Passage) -> PassageRecord:
    biblio = passage.biblio
    return PassageRecord(
        passage_id=printable(passage.id),
        corpus=printable(passage.corpus),
        title=printable(passage.source_name),
        heading=[printable(one) for one in passage.heading],
        year=biblio.year,
        doi=biblio.doi and printable(biblio.doi),
        pmid=biblio.pmid and printable(biblio.pmid),
        retracted=biblio.retracted,
        text=printable(passage.text),
    )
