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
from wardround.agent.filtering import filter_told
from wardround.agent.printable_answer import printable_answer
from wardround.agent.records import Turn
from wardround.agent.rendering import printable
from wardround.commands.progress import progress_lines
from wardround.corpora.records import Passage
from wardround.errors import WardroundError
from wardround.retrievers.filters import parsed_filter, told
from wardround.retrievers.protocols import EVERYWHERE, Retriever, Where
from wardround.service.log_lines import report_failure

T = TypeVar("T")

MOST_HITS = 50

FilterParts = Annotated[
    Sequence[Annotated[str, Field(max_length=1000)]],
    Field(
        max_length=50,
        description="search only there, all of it in parts: year>=2018, type=rct, evidence=guideline, mesh=Sepsis, "
        "journal=BMJ, language=eng, corpus=pubmed, retracted=no; a field named twice admits either value",
    ),
]

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

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncGenerator[Event]:
        """What happens while the question is answered, ``Finished`` last."""
        ...

    def admitted(self, where: Where) -> int:
        """How many passages of the index the filter admits."""
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
    """Passages, best first; ``note`` says why there are none under a filter."""

    passages: list[PassageRecord]
    note: str | None = None


def build_server(agent: Consulted) -> MCPServer[Any]:
    """The server with its three tools; run it with ``run("stdio")``.

    Cancelling a call cancels the question. ``search`` and ``get_passage`` call no language model.
    """
    server: MCPServer[Any] = MCPServer("wardround", instructions=INSTRUCTIONS, log_level="WARNING")
    reads_only = ToolAnnotations(read_only_hint=True, open_world_hint=False)

    async def ask(
        question: Annotated[str, Field(description="one complete clinical question, in English")],
        context: Context[Any],
        filter: FilterParts = (),  # noqa: A002  # callers name it so everywhere
    ) -> Annotated[CallToolResult, Answer]:
        """A cited answer to a clinical question, as Markdown, and as data with quotes, verdicts and references."""
        answer = await _answer(agent, question, filter, context)
        text = TextContent(type="text", text=answer.to_markdown())
        return CallToolResult(content=[text], structured_content=answer.model_dump(mode="json"))

    async def search(
        query: Annotated[str, Field(description="words to look for; meaning counts, too", max_length=2000)],
        k: Annotated[int, Field(description="passages to return", ge=1, le=MOST_HITS)] = 10,
        year_from: Annotated[int | None, Field(description="first year of publication")] = None,
        year_to: Annotated[int | None, Field(description="last year of publication")] = None,
        filter: FilterParts = (),  # noqa: A002  # callers name it so everywhere
    ) -> Hits:
        """The passages of the literature that fit a query best, with their ids."""
        years = {"year_from": year_from, "year_to": year_to}
        with _errors_told():
            given = [f"{name}={year}" for name, year in years.items() if year is not None]
            return await asyncio.to_thread(_found, agent, query, k, parsed_filter([*filter, *given]))

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


def _found(agent: Consulted, query: str, k: int, where: Where) -> Hits:
    hits = agent.retriever.search(query, k, where)
    note = None if hits or where == EVERYWHERE else filter_told(told(where), agent.admitted(where))
    return Hits(passages=[_record(hit.passage) for hit in hits], note=note and printable(note))


async def _answer(agent: Consulted, question: str, parts: Sequence[str], context: Context[Any]) -> Answer:
    """The answer; the rounds are told of as progress."""
    steps = 0
    with _errors_told():
        where = parsed_filter(parts) if parts else None
        async with aclosing(agent.stream(question, where=where)) as events:
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
