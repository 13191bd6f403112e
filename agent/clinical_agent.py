"""The Python object: ask a question, get a cited answer, from any thread and inside any event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from wardround.agent.answer import Answer
from wardround.agent.event_loop import LoopThread
from wardround.agent.events import Event, Finished
from wardround.agent.observing import observed
from wardround.agent.question import checked_question
from wardround.agent.records import AnswerOption, Turn
from wardround.errors import InputError

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool
    from langgraph.checkpoint.base import BaseCheckpointSaver

    from wardround.agent.assembly import Equipment
    from wardround.agent.certificates import Certificate
    from wardround.agent.checkpoints import OpenCheckpoints
    from wardround.agent.collaborators import SupportJudge
    from wardround.agent.graph import Graph
    from wardround.agent.models.protocol import LanguageModel
    from wardround.agent.runs import RunKeeper
    from wardround.agent.settings import Settings
    from wardround.agent.state import State
    from wardround.corpora.records import Passage
    from wardround.retrievers.protocols import Retriever, Where

_FILTERS_KEPT = 16
"""A graph takes some 30 ms to put together, so those of so many filters are kept."""


class _Asked(NamedTuple):
    """A question with everything that is said beside it."""

    question: str
    history: Sequence[Turn] = ()
    options: Sequence[AnswerOption] = ()
    thread_id: str | None = None
    where: Where | None = None


class ClinicalAgent:
    """Answers clinical questions out of one index, with or without a language model.

    Thread-safe. Use it as a context manager, or call ``close`` when done::

        with ClinicalAgent.from_settings() as agent:
            print(agent.ask("In adults with septic shock, how soon should antibiotics be given?").to_text())
    """

    def __init__(
        self, equipment: Equipment, *, checkpoints: Path, open_checkpoints: OpenCheckpoints | None = None
    ) -> None:
        """Takes ownership of ``equipment``, which ``close`` releases.

        Args:
            equipment: the collaborators, and what must be closed with them.
            checkpoints: the SQLite file in which every finished step is kept; its folder also holds the locks of runs.
            open_checkpoints: opens another checkpointer in the place of that file.
        """
        self._equipment = equipment
        self._checkpoints = checkpoints
        self._open_checkpoints = open_checkpoints
        self._loop = LoopThread("wardround-agent")
        self._exit = AsyncExitStack()
        self._saver: BaseCheckpointSaver[Any] | None = None
        self._keepers: dict[str, RunKeeper] = {}
        self._opening = asyncio.Lock()
        self._closed = False

    @classmethod
    def from_settings(
        cls,
        settings: Settings | None = None,
        *,
        model: LanguageModel | None = None,
        retriever: Retriever | None = None,
        judge: SupportJudge | None = None,
        certificate: Certificate | None = None,
        where: Where | None = None,
    ) -> Self:
        """An agent as configured, with parts of your own in the place of configured ones.

        What you bring stays yours: closing the agent leaves it open.

        Args:
            settings: the built-in defaults when left out.
            model: writes, in the place of the one that section ``model`` names.
            retriever: searches; what it finds must be passages of the configured index.
            judge: says whether passages support a claim.
            certificate: chooses how many passages are read, for as long as it fits the pipeline.
            where: what is searched, unless a question says otherwise; everything when left out.

        Raises:
            PrerequisiteError: there is no index yet, or a package is missing; the message says what to run.
            ConfigError: a setting is wrong.
            StoreError: the index cannot be used.
        """
        from wardround.agent.assembly import Replacements, equip
        from wardround.agent.checkpoints import configured_checkpoints
        from wardround.agent.settings import Settings
        from wardround.retrievers.protocols import EVERYWHERE

        chosen = settings or Settings()
        opening = configured_checkpoints(chosen.sessions)
        folder = chosen.sessions.folder.expanduser()
        replacements = Replacements(model=model, retriever=retriever, judge=judge, certificate=certificate)
        equipment = equip(chosen, EVERYWHERE if where is None else where, replacements)
        return cls(equipment, checkpoints=folder / "checkpoints.sqlite", open_checkpoints=opening)

    @property
    def graph(self) -> Graph:
        """The compiled LangGraph graph, without a checkpointer: run it, or make it a node of another graph.

        It reads ``question`` (and ``options``, ``conversation``) and writes ``answer``.
        """
        from wardround.agent.graph import build_graph

        return build_graph(self._equipment.context)

    @property
    def retriever(self) -> Retriever:
        """What the agent searches with; ``wardround.retrievers.adapters`` hands it to LangChain and LlamaIndex."""
        return self._equipment.context.retriever

    @property
    def name(self) -> str:
        """What answers, for records: the mode, and the language model where there is one."""
        context = self._equipment.context
        return f"{context.mode} with {context.model}" if context.model else f"{context.mode} by quotation"

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        """The passages of the index with these ids, in the order asked for; unknown ids are left out."""
        return self._equipment.store.get(passage_ids)

    def admitted(self, where: Where) -> int:
        """How many passages of the index the filter admits."""
        return self._equipment.store.count(where)

    def as_tool(self) -> BaseTool:
        """The agent as a LangChain tool: the model reads Markdown, the program gets the ``Answer`` as artifact."""
        from wardround.agent.langchain_tool import langchain_tool

        return langchain_tool(self)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        options: Sequence[AnswerOption] = (),
        thread_id: str | None = None,
        where: Where | None = None,
    ) -> Answer:
        """The answer to ``question``.

        A run that was killed goes on from its last finished step when the same question is asked again.

        Args:
            question: free text; may hold the options of a multiple-choice question.
            history: earlier exchanges, oldest first, which the question may refer to.
            options: the options of a multiple-choice question, where they are known apart.
            thread_id: keeps the run under this name; asking again under it returns the same answer.
            where: what is searched; the agent's own filter when left out. An answer that found nothing says how many
                passages the filter admits. A certificate that was made under another one does not hold.

        Raises:
            InputError: the question is empty, too long or not text.
            WardroundError: anything else that can be said in one line.
        """
        return self._loop.run(self._answer(_Asked(question, history, options, thread_id, where)))

    async def aask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        options: Sequence[AnswerOption] = (),
        thread_id: str | None = None,
        where: Where | None = None,
    ) -> Answer:
        """``ask`` for asynchronous code, in whatever event loop it runs; cancelling it cancels the run."""
        return await self._loop.await_(self._answer(_Asked(question, history, options, thread_id, where)))

    async def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        options: Sequence[AnswerOption] = (),
        thread_id: str | None = None,
        where: Where | None = None,
    ) -> AsyncGenerator[Event]:
        """What happens while the question is answered, as it happens; ``Finished`` comes last.

        Closing the generator before that, or cancelling who reads it, cancels the run.
        """
        events = self._loop.iterate(self._events(_Asked(question, history, options, thread_id, where)))
        async with aclosing(events):
            async for event in events:
                yield event

    def batch(
        self, questions: Sequence[str], *, concurrency: int = 4, where: Where | None = None
    ) -> list[Answer | Exception]:
        """One result per question, in their order; a question that fails gives its error, the rest go on.

        Raises:
            InputError: ``concurrency``, how many are under way at once, is below 1.
        """
        return self._loop.run(self._batch(questions, concurrency, where))

    async def abatch(
        self, questions: Sequence[str], *, concurrency: int = 4, where: Where | None = None
    ) -> list[Answer | Exception]:
        """``batch`` for asynchronous code."""
        return await self._loop.await_(self._batch(questions, concurrency, where))

    def close(self) -> None:
        """Releases the index, the model and the checkpoints; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._loop.run(self._exit.aclose())
        self._loop.close()
        self._equipment.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _batch(self, questions: Sequence[str], concurrency: int, where: Where | None) -> list[Answer | Exception]:
        if concurrency < 1:
            raise InputError(f"concurrency is {concurrency}: at least one question must be under way")
        places = asyncio.Semaphore(concurrency)

        async def one(question: str) -> Answer | Exception:
            async with places:
                try:
                    return await self._answer(_Asked(question, where=where))
                except Exception as error:
                    return error

        return list(await asyncio.gather(*(one(question) for question in questions)))

    async def _answer(self, asked: _Asked) -> Answer:
        answer: Answer | None = None
        async for event in self._events(asked):
            if isinstance(event, Finished):
                answer = event.answer
        if answer is None:
            raise RuntimeError("the graph ended without an answer, which is a defect")
        return answer

    async def _events(self, asked: _Asked) -> AsyncGenerator[Event]:
        from wardround.agent.checkpoints import explained

        text = checked_question(asked.question, self._equipment.context.settings.max_question_chars)
        state: State = {"question": text, "options": tuple(asked.options), "conversation": tuple(asked.history)}
        where = asked.where
        with explained(self._checkpoints):
            keeper = await self._keeper(self._equipment if where is None else self._equipment.searching(where))
            async with aclosing(observed(keeper.events(state, asked.thread_id), text, self.name)) as events:
                async for event in events:
                    yield event

    async def _keeper(self, equipment: Equipment) -> RunKeeper:
        """Runs questions with ``equipment``; kept for the filters that were asked under last."""
        from wardround.agent.runs import RunKeeper

        async with self._opening:
            keeper = self._keepers.pop(equipment.fingerprint, None)
            if keeper is None:
                saver = await self._opened_checkpoints()
                keeper = RunKeeper(equipment, saver, self._checkpoints.parent / "running")
            self._keepers[equipment.fingerprint] = keeper
            if len(self._keepers) > _FILTERS_KEPT:
                del self._keepers[next(iter(self._keepers))]
            return keeper

    async def _opened_checkpoints(self) -> BaseCheckpointSaver[Any]:
        """Opens the checkpoints at the first question, in the loop they will be used in."""
        from wardround.agent.checkpoints import sqlite_checkpoints

        if self._saver is None:
            opened = self._open_checkpoints() if self._open_checkpoints else sqlite_checkpoints(self._checkpoints)
            self._saver = await self._exit.enter_async_context(opened)
            if self._equipment.model is not None:
                self._exit.push_async_callback(self._equipment.model.aclose)
        return self._saver
