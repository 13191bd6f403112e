"""An agent that needs no index: it answers from two made-up passages and remembers what it was asked.

Run as a program, this file is ``wardround`` with that agent in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path

from wardround.agent.answer import Answer, Citation, Claim, Contexts, Reference, RoundRecord, UsageRecord
from wardround.agent.events import ClaimVerified, ContextsChosen, Event, Finished, QueryFound, RoundStarted, Token
from wardround.agent.records import Turn
from wardround.chat.desk import Attached
from wardround.errors import ConfigError, CorpusError, StoreError
from wardround.retrievers.filters import told
from wardround.retrievers.protocols import EVERYWHERE, Where

TEXT = "Give antibiotics within one hour.\x1b[31m Take cultures\u202e first."
QUOTE = "Give antibiotics within one hour."


def an_answer(question: str, *, abstained: bool = False) -> Answer:
    reference = Reference(
        number=1,
        passage_id="guidelines:ssc/antimicrobials#0",
        document_id="guidelines:ssc/antimicrobials",
        corpus="guidelines",
        title="Surviving Sepsis",
        organisation="SCCM",
        year=2021,
        doi="10.1000/ssc",
        heading=("Antimicrobials", "Timing"),
        text=TEXT,
    )
    citation = Citation(passage_id=reference.passage_id, quote=QUOTE, start=0, end=len(QUOTE))
    claim = Claim(text=QUOTE, verdict="supported", origin="quotation", citations=(citation,))
    return Answer(
        question=question,
        standalone_question=f"{question} (in full)",
        abstained=abstained,
        mode="quotation",
        claims=() if abstained else (claim,),
        references=(reference,),
        contexts=Contexts(k=1, candidates=2, certificate=None),
        rounds=(RoundRecord(queries=("antibiotics timing", "septic shock"), new_passages=2),),
        usage=UsageRecord(calls=0, prompt_tokens=0, completion_tokens=0, seconds=0.5),
        stopped_because="every part of the question is covered",
    )


def searched_under(answer: Answer, where: Where) -> Answer:
    """The answer with its filter as a warning, so that tests see which one reached the agent."""
    return answer if where == EVERYWHERE else answer.model_copy(update={"warnings": (f"searched {told(where)}",)})


class FakeAgent:
    """``wait`` in a question never ends, nor ``linger`` after its claim; ``broken`` fails, ``unknown`` abstains."""

    def __init__(self, where: Where = EVERYWHERE) -> None:
        self.where = where
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.closed = False

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), where: Where | None = None
    ) -> AsyncIterator[Event]:
        self.asked.append((question, tuple(history)))
        yield RoundStarted(1, ("antibiotics timing", "septic shock\x1b[2J"))
        yield QueryFound("antibiotics timing", 2)
        if "broken" in question:
            raise StoreError("the index is damaged: build it again with `wardround corpus build`")
        if "wait" in question:
            await asyncio.Event().wait()
        yield ContextsChosen(1, 2, None)
        yield Token(QUOTE)
        if "linger" in question:
            yield ClaimVerified(QUOTE, "supported", ("guidelines:ssc/antimicrobials#0",))
            await asyncio.Event().wait()
        yield Finished(searched_under(an_answer(question, abstained="unknown" in question), where or self.where))

    def close(self) -> None:
        self.closed = True


class FakeDesk:
    """A desk whose changes are only remembered."""

    def __init__(self, agent: FakeAgent | None = None) -> None:
        self.agent = agent or FakeAgent()
        self.settings = {"mode": "agent", "k": "14", "model": "none, answers are quotations", "filter": "everything"}
        self.paths: list[Path] = []

    def state(self) -> Mapping[str, str]:
        attached = ", ".join(map(str, self.paths)) or "nothing"
        return self.settings | {"attached": attached, "privacy": "nothing leaves this machine"}

    def change(self, name: str, value: str) -> None:
        if value == "wrong":
            raise ConfigError(f"agent.{name} = 'wrong': not allowed")
        self.settings[name] = value

    def restrict(self, where: Where) -> int:
        self.settings["filter"] = told(where)
        return 0 if where.mesh else 7

    def attach(self, path: Path) -> Attached:
        if not path.exists():
            raise CorpusError(f"{path}: no such folder or file")
        self.paths.append(path)
        return Attached(1, 2, ("scan.png: not a kind of file that is read",))

    def detach(self) -> None:
        self.paths = []

    def attached(self) -> tuple[Path, ...]:
        return tuple(self.paths)

    def corpora(self) -> Iterator[str]:
        yield "guidelines: 2 documents, 2 passages. Summaries"
        yield "Built on 2026-11-22."

    def close(self) -> None:
        self.agent.close()


def main() -> None:
    from wardround.__main__ import main as wardround
    from wardround.chat import desk
    from wardround.commands import ask

    desk.open_desk = lambda settings, reset, *, quiet: FakeDesk()
    ask.open_agent = lambda settings, *, quiet, where: FakeAgent(where)  # type: ignore[assignment]
    wardround()


if __name__ == "__main__":
    main()
