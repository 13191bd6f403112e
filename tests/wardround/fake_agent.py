"""An agent that needs no index: it answers from two made-up passages and remembers what it was asked.

Run as a program, this file is ``wardround`` with that agent in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from wardround.agent.answer import Answer, Citation, Claim, Contexts, Reference, RoundRecord, UsageRecord
from wardround.agent.events import ContextsChosen, Event, Finished, QueryFound, RoundStarted, Token
from wardround.agent.records import Turn
from wardround.errors import StoreError

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


class FakeAgent:
    """``wait`` in a question never ends, ``broken`` fails, ``unknown`` abstains."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.closed = False

    async def stream(self, question: str, *, history: Sequence[Turn] = ()) -> AsyncIterator[Event]:
        self.asked.append((question, tuple(history)))
        yield RoundStarted(1, ("antibiotics timing", "septic shock\x1b[2J"))
        yield QueryFound("antibiotics timing", 2)
        if "broken" in question:
            raise StoreError("the index is damaged: build it again with `wardround corpus build`")
        if "wait" in question:
            await asyncio.Event().wait()
        yield ContextsChosen(1, 2, None)
        yield Token(QUOTE)
        yield Finished(an_answer(question, abstained="unknown" in question))

    def close(self) -> None:
        self.closed = True


def main() -> None:
    from wardround.__main__ import main as wardround
    from wardround.commands import ask

    ask.open_agent = lambda settings, *, quiet: FakeAgent()  # type: ignore[assignment]
    wardround()


if __name__ == "__main__":
    main()
