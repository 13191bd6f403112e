"""The agent against the published method, mode ``imedrag``: the same questions, retriever and served model, in one run.

The model is simulated (``simulated_server``): an HTTP server that needs the time of the reference's. Calls, tokens and
evidence are counted on a server that takes no time, wall time is measured on one that does. Both modes search by BM25
alone. Run it with ``make bench-agent``; the last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from agent_corpus import Asked, Corpus, bioasq, index, medqa
from agent_overhead import overhead_milliseconds
from agent_server import Mode, connect, served_by
from figures import as_json, judged, machine, table

from wardround.agent.answer import Answer
from wardround.agent.assembly import Equipment, Library, Replacements, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.records import AnswerOption
from wardround.agent.settings import AgentSettings, Settings
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.protocols import EVERYWHERE, Hit, Retriever, Where
from wardround.retrievers.settings import EmbedderSettings

MEDQA_COUNTED = 20
"""As many as the reference was measured on."""

BIOASQ_COUNTED = 40
_COUNTED_AT_ONCE = 4
TIMED = 6
AT_ONCE = 8

REFERENCE_PROMPT_TOKENS = 89_594
"""Of the authors' own code, a question (methods 3.1)."""

_found: ContextVar[list[list[Hit]]] = ContextVar("found")


class Watched:
    """The retriever, which also notes every search for the question it is made for."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self.name = retriever.name

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        """The retriever's hits."""
        hits = self._retriever.search(query, k, where)
        _found.get().append(hits)
        return hits

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        """The retriever's hits for each query."""
        return [self.search(query, k, where) for query in queries]


@dataclass(slots=True)
class Outcome:
    """What one question took and found."""

    asked: Asked
    answer: Answer
    seconds: float
    searches: list[list[Hit]] = field(default_factory=list)

    @property
    def texts(self) -> str:
        """Everything found, in lower case."""
        return "\n".join(hit.passage.text.lower() for hits in self.searches for hit in hits)

    @property
    def gold_recall(self) -> float:
        """Share of the relevant documents among those found."""
        found = {hit.passage.document_id for hits in self.searches for hit in hits}
        return len(self.asked.gold & found) / len(self.asked.gold)


def main() -> int:
    """Measures everything; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the judged data sets")
    parser.add_argument("--cache", type=Path, required=True, help="folder in which the index is kept")
    options = parser.parse_args()
    corpus = index(options.data, options.cache)
    print(f"{corpus.passages} passages; {machine()}", flush=True)
    values: dict[str, float] = {}
    with served(pace=0) as url:
        values |= counted(corpus, url, options.data)
        values["overhead_milliseconds"] = overhead_milliseconds(
            lambda model, retriever: equipped(corpus, model, "agent", retriever),
            connect(url),
            corpus.retriever,
            medqa(options.data, 8),
        )
    with served(pace=1) as url:
        values |= timed(corpus, url, options.data)
    figures = judged("agent", values, {})
    print(f"\n{table(figures)}\n{as_json(figures)}")
    return 0 if all(one.reached for one in figures) else 1


def counted(corpus: Corpus, url: str, data: Path) -> dict[str, float]:
    """Calls, tokens and evidence of both modes."""
    choices, questions = medqa(data, MEDQA_COUNTED), bioasq(data, BIOASQ_COUNTED)
    published = asyncio.run(all_of(corpus, url, "imedrag", [*choices, *questions], _COUNTED_AT_ONCE))
    ours = asyncio.run(all_of(corpus, url, "agent", [*choices, *questions], _COUNTED_AT_ONCE))
    first, second = published[:MEDQA_COUNTED], ours[:MEDQA_COUNTED]
    for name, outcomes in (("imedrag", first), ("agent", second)):
        usages = [one.answer.usage for one in outcomes]
        print(
            f"{name}, a question of MedQA: {fmean([one.calls for one in usages]):.1f} calls, "
            f"{fmean([len(one.searches) for one in outcomes]):.1f} searches, "
            f"{fmean([one.prompt_tokens for one in usages]):.0f} prompt and "
            f"{fmean([one.completion_tokens for one in usages]):.0f} reply tokens; BioASQ recall "
            f"{fmean([one.gold_recall for one in (published if name == 'imedrag' else ours)[MEDQA_COUNTED:]]):.3f}",
            flush=True,
        )
    tokens = fmean([one.answer.usage.prompt_tokens for one in first])
    fewer = fmean([one.answer.usage.prompt_tokens for one in second])
    return {
        "imedrag_calls": fmean([one.answer.usage.calls for one in first]),
        "imedrag_searches": fmean([len(one.searches) for one in first]),
        "imedrag_tokens_off_reference": abs(tokens / REFERENCE_PROMPT_TOKENS - 1),
        "most_calls": max(one.answer.usage.calls for one in ours),
        "prompt_tokens_share": fewer / tokens,
        "bioasq_recall_gain": fmean([one.gold_recall for one in ours[MEDQA_COUNTED:]])
        - fmean([one.gold_recall for one in published[MEDQA_COUNTED:]]),
        "medqa_answer_gain": fmean([holds_answer(one) for one in second]) - fmean([holds_answer(one) for one in first]),
    }


def timed(corpus: Corpus, url: str, data: Path) -> dict[str, float]:
    """Wall time of both modes, one question at a time, and of eight at once."""
    choices = medqa(data, AT_ONCE)
    published = asyncio.run(all_of(corpus, url, "imedrag", choices[:TIMED]))
    ours = asyncio.run(all_of(corpus, url, "agent", choices))
    started = time.monotonic()
    asyncio.run(all_of(corpus, url, "agent", choices, at_once=AT_ONCE))
    together = time.monotonic() - started
    slow = fmean([one.seconds for one in published])
    fast = fmean([one.seconds for one in ours[:TIMED]])
    print(
        f"{TIMED} questions one at a time: imedrag {slow:.1f} s, agent {fast:.2f} s a question; {AT_ONCE} of the agent "
        f"one at a time {sum(one.seconds for one in ours):.1f} s, at once {together:.1f} s",
        flush=True,
    )
    return {"wall_share": fast / slow, "throughput_of_8": sum(one.seconds for one in ours) / together}


async def all_of(corpus: Corpus, url: str, mode: Mode, asked: Sequence[Asked], at_once: int = 1) -> list[Outcome]:
    """What became of every question."""
    places = asyncio.Semaphore(at_once)
    with (
        tempfile.TemporaryDirectory() as folder,
        ClinicalAgent(
            equipped(corpus, connect(url), mode, Watched(corpus.retriever)), checkpoints=Path(folder) / "c.sqlite"
        ) as agent,
    ):

        async def one(question: Asked) -> Outcome:
            async with places:
                _found.set(searches := [])
                choices = tuple(AnswerOption(letter, text) for letter, text in question.options.items())
                started = time.monotonic()
                answer = await agent.aask(question.question, options=choices)
                return Outcome(question, answer, time.monotonic() - started, searches)

        return list(await asyncio.gather(*(one(question) for question in asked)))


def equipped(corpus: Corpus, model: LanguageModel, mode: Mode, retriever: Retriever) -> Equipment:
    """The equipment of either mode at its own sizes; claims are marked, so that no sentence needs an embedding."""
    settings = Settings(agent=AgentSettings(mode=mode, unsupported="mark", timeout_seconds=600))
    library = Library(corpus.store, MiniLmEmbedder(EmbedderSettings()), corpus.encoder, "benchmark")
    return equipment(settings, library, model, replacements=Replacements(retriever=retriever))


def served(pace: float) -> AbstractContextManager[str]:
    """The address of the simulated server, for the block."""
    return served_by(Path(__file__).with_name("simulated_server.py"), "--pace", str(pace))


def holds_answer(outcome: Outcome) -> bool:
    """Whether the right option's text stands in something that was found."""
    return outcome.asked.answer.lower() in outcome.texts


if __name__ == "__main__":
    sys.exit(main())
