"""What starting costs: help, a second question from the prompt, a question in a running process, a second reader.

Run it with ``make bench-start``, on a quiet machine. It uses the configured index, builds the starter index first
when there is none, and exits with 1 when a target of ``targets.toml`` is missed. The last line is JSON.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from figures import as_json, judged, machine, table
from readers import another_reader, load_embedder, seconds_to_open_and_search

from wardround import ClinicalAgent, Settings, load_settings
from wardround.errors import WardroundError
from wardround.evals.starter_questions import ask_all, read_questions
from wardround.evals.starter_questions import figures as figures_of
from wardround.index_building import ensure_index

WARDROUND = Path(sys.executable).with_name("wardround")
STARTER_QUESTIONS = Path(__file__).parents[1] / "tests" / "starter" / "questions.jsonl"
RUNS = 7
QUESTIONS = (
    "In adults with septic shock, how soon should antibiotics be given?",
    "Which blood pressure target is recommended in acute intracerebral haemorrhage?",
    "When is allopurinol started in gout?",
    "How is atrial fibrillation with a rapid ventricular rate controlled?",
    "What is the first-line treatment of an acute gout flare?",
)


def main() -> int:
    """Measures, prints, and says by the exit code whether all targets were reached."""
    print(f"Start of wardround on {machine()}; medians of {RUNS} runs\n", flush=True)
    settings = load_settings()
    ensure_index(settings, sys.stderr)
    bare = seconds([sys.executable, "-c", "pass"])
    version_help = seconds([str(WARDROUND), "--help"])
    asked = [run_seconds([str(WARDROUND), "ask", "--quiet", question]) for question in QUESTIONS]
    inside = seconds_inside(settings)
    alone, beside = readers(settings)
    values = {
        "help_seconds": statistics.median(version_help),
        "help_over_bare_python": statistics.median(version_help) / statistics.median(bare),
        "ask_seconds": statistics.median(asked),
        "question_seconds": statistics.median(inside),
        "second_reader_open_ratio": statistics.median(beside[0]) / statistics.median(alone[0]),
        "second_reader_search_ratio": statistics.median(beside[1]) / statistics.median(alone[1]),
        **starter_questions(settings),
    }
    spreads = {"help_seconds": spread(version_help), "ask_seconds": spread(asked), "question_seconds": spread(inside)}
    figures = judged("start", values, spreads)
    print(table(figures) + "\n")
    print(as_json(figures))
    return 0 if all(one.reached for one in figures) else 1


def starter_questions(settings: Settings) -> dict[str, float]:
    """How the 25 test questions over the starter corpus are answered."""
    with ClinicalAgent.from_settings(settings) as agent:
        found = figures_of(ask_all(agent, read_questions(STARTER_QUESTIONS)))
    return {
        "quotes_verbatim_of_25": found.quotes_verbatim,
        "right_section_of_15": found.section_cited,
        "abstained_of_5": found.unanswerable_abstained,
    }


def seconds(command: Sequence[str]) -> list[float]:
    """Wall-clock seconds of each run of a command; one run before them warms the file cache."""
    run_seconds(command)
    return [run_seconds(command) for _ in range(RUNS)]


def run_seconds(command: Sequence[str]) -> float:
    """Wall-clock seconds of one run, which must succeed."""
    return timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL))


def seconds_inside(settings: Settings) -> list[float]:
    """Seconds of each question in this process; the one before them, which opens everything, does not count."""
    with ClinicalAgent.from_settings(settings) as agent:
        agent.ask("What is the target INR of warfarin?")
        return [timed(lambda question=question: agent.ask(question)) for question in QUESTIONS]


def readers(settings: Settings) -> tuple[list[Sequence[float]], list[Sequence[float]]]:
    """Seconds to open and to search, alone and beside another reader, each as two lists."""
    embedder = load_embedder(settings)
    seconds_to_open_and_search(settings, embedder)
    alone, beside = [], []
    for _ in range(RUNS):
        alone.append(seconds_to_open_and_search(settings, embedder))
        with another_reader():
            beside.append(seconds_to_open_and_search(settings, embedder))
    return list(zip(*alone, strict=True)), list(zip(*beside, strict=True))


def timed(work: Callable[[], object]) -> float:
    """Wall-clock seconds of a call."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def spread(values: Sequence[float]) -> str:
    """How many runs, and the fastest and slowest of them."""
    return f"{len(values)}: {min(values):.2f}-{max(values):.2f}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WardroundError as error:
        sys.exit(f"bench-start: {error}")
