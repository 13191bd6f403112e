"""The agent against mode ``imedrag`` on a real server, on very few questions: ``make study-agent-vllm URL=http://...``.

What ``benchmarks/agent.py`` measures on a simulated server, at sizes that a small model on two cores gets through in
minutes: three eighths of the passages that each mode reads by itself, and a quarter of the tokens of a reply. The real
server reads every prompt and writes every token, the words are the script's (``worked_server``). Nothing has to be
reached; what was seen stands, with its conditions, in docs/results/agent-against-imedrag.md. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from agent_corpus import Asked, Corpus, index, medqa
from agent_server import Mode, connect, served_by
from figures import machine

from wardround.agent.answer import Answer
from wardround.agent.assembly import Equipment, Library, Replacements, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.records import AnswerOption
from wardround.agent.settings import AgentSettings, Settings
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.settings import EmbedderSettings

AT_ONCE = 8
SIZES: dict[Mode, dict[str, int]] = {
    "imedrag": {"search_depth": 12, "k": 12},
    "agent": {"search_depth": 12, "brief_passages": 2, "k": 3},
}
"""Passages found by a query, read of one, and read for the answer; by themselves 32 and 32, and 32, 5 and 8."""

REPLY_SHARE = 0.25
_PATIENCE_SECONDS = 3600


def main() -> int:
    """Asks, and prints what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="OpenAI endpoint of the server, such as http://127.0.0.1:8000/v1")
    parser.add_argument("--data", type=Path, required=True, help="folder of the judged data sets")
    parser.add_argument("--cache", type=Path, required=True, help="folder in which the index is kept")
    parser.add_argument("--questions", type=int, default=2, help="asked one at a time in both modes")
    options = parser.parse_args()
    corpus = index(options.data, options.cache)
    asked = medqa(options.data, AT_ONCE)
    few = asked[: options.questions]
    print(f"{corpus.passages} passages; {machine()}", flush=True)
    program = Path(__file__).with_name("worked_server.py")
    with served_by(program, "--behind", options.url, "--reply-share", str(REPLY_SHARE)) as url:

        def ask(mode: Mode, questions: Sequence[Asked], at_once: int) -> tuple[list[Answer], float]:
            answers, seconds = asyncio.run(all_of(equipped(corpus, url, mode), questions, at_once))
            tell(f"{mode}, {at_once} at once", answers, seconds)
            return answers, seconds

        ours, our_seconds = ask("agent", few, 1)
        together, seconds_together = ask("agent", asked, AT_ONCE)
        published, published_seconds = ask("imedrag", few, 1)
    tokens, fewer = (fmean([one.usage.prompt_tokens for one in answers]) for answers in (published, ours))
    figures = {
        "imedrag_calls": fmean([one.usage.calls for one in published]),
        "most_calls": max(one.usage.calls for one in (*ours, *together)),
        "prompt_tokens_share": fewer / tokens,
        "wall_share": our_seconds / published_seconds,
        "throughput_of_8": (our_seconds / len(few)) / (seconds_together / len(asked)),
    }
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))
    return 0


async def all_of(equipment: Equipment, asked: Sequence[Asked], at_once: int) -> tuple[list[Answer], float]:
    """The answers, and the seconds that all of them took together."""
    places = asyncio.Semaphore(at_once)
    with (
        tempfile.TemporaryDirectory() as folder,
        ClinicalAgent(equipment, checkpoints=Path(folder) / "checkpoints.sqlite") as agent,
    ):

        async def one(question: Asked) -> Answer:
            async with places:
                choices = tuple(AnswerOption(letter, text) for letter, text in question.options.items())
                answer = await agent.aask(question.question, options=choices)
                tell("  one question", [answer], answer.usage.seconds)
                return answer

        started = time.monotonic()
        answers = await asyncio.gather(*(one(question) for question in asked))
        return list(answers), time.monotonic() - started


def equipped(corpus: Corpus, url: str, mode: Mode) -> Equipment:
    """The equipment of either mode at its small size."""
    sizes = AgentSettings.model_validate(
        {"mode": mode, "unsupported": "mark", "timeout_seconds": _PATIENCE_SECONDS, **SIZES[mode]}
    )
    library = Library(corpus.store, MiniLmEmbedder(EmbedderSettings()), corpus.encoder, "benchmark")
    replaced = Replacements(retriever=corpus.retriever)
    return equipment(Settings(agent=sizes), library, connect(url, _PATIENCE_SECONDS), replacements=replaced)


def tell(what: str, answers: Sequence[Answer], seconds: float) -> None:
    """A line of what they took, a question."""
    usages = [one.usage for one in answers]
    print(
        f"{what}: {fmean([one.calls for one in usages]):.1f} calls, {fmean([one.prompt_tokens for one in usages]):.0f} "
        f"prompt and {fmean([one.completion_tokens for one in usages]):.0f} reply tokens a question; {seconds:.0f} s "
        f"for {len(answers)}; {sum(len(one.warnings) for one in answers)} warnings",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
