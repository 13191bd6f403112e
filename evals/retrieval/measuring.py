"""Measuring a retriever on a judged set, from settings to report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wardround.agent.settings import Settings
from wardround.evals.evaluate import Evaluated, evaluate, run_manifest
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import unknown_passages
from wardround.evals.retrieval.query_modes import (
    Collaborating,
    QueryMode,
    collaborating,
    reranker_by,
    rewriter_over,
)
from wardround.evals.retrieval.r2med import task_of
from wardround.evals.retrieval.rewrite_counts import RewriteCounts
from wardround.evals.retrieval.searching import RetrieverName, Rewriting, searching
from wardround.evals.runner import Selection, latest_results
from wardround.evals.systems.search import SearchSystem
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX
from wardround.retrievers.rewriting.writer import QUESTION, R2MED_ASKS, Ask


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is measured and how.

    Attributes:
        settings: of retrieval, and of the model that rewrites.
        rewrites: file of passages written before; instead of a model.
        depth: passages a query.
        limit: a random part of that many queries; None for all.
        seed: which part.
        retry_failed: search again for queries that failed earlier.
        cache: file that keeps dense vectors over runs; what a model wrote is kept beside it.
        on_done: called with the number of passages indexed.
        warn: called with what a reader of the figures must know.
    """

    settings: Settings
    retriever: RetrieverName
    query_mode: QueryMode
    rewrites: Path | None
    depth: int
    limit: int | None
    seed: int
    retry_failed: bool
    cache: Path
    on_done: Callable[[int], None]
    warn: Callable[[str], None]

    @property
    def name(self) -> str:
        """How tables call the system."""
        return f"wardround {self.retriever} {self.query_mode}"

    @property
    def suffix(self) -> str:
        """What the query mode adds to the name of a folder."""
        return "" if self.query_mode == "original" else f"-{self.query_mode}"


def measure_set(asked: Measuring, judged: str, data: Path, out: Path | None, runs: Path) -> tuple[Path, Evaluated]:
    """One set's run, in ``out`` or a folder of its own below ``runs``; a finished one is only reported again."""
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        return measured(asked, model, judged, data, out, runs)


def ask_of(judged: str, data: Path) -> Ask:
    """What a model that rewrites is told the queries of a set are; of a task of R2MED, its folder's name says it."""
    task = task_of(data) if judged == "r2med" else None
    return R2MED_ASKS[task] if task else QUESTION


@contextmanager
def searching_for(asked: Measuring, model: Collaborating, judged: str, data: Path) -> Iterator[SearchSystem]:
    """What searches for the queries of a set; ``asked.warn`` is told what the set lacks, and how rewriting went.

    Raises:
        EvaluationError: there is no such set, its files are absent or damaged, or the query mode does not fit.
    """
    loaded = load_judged_set(judged, data)
    if unknown := sum(1 for _ in unknown_passages(loaded)):
        asked.warn(f"{data}: {unknown} judged passages are not in the corpus and count as not found")
    counts = RewriteCounts()
    over = rewriter_over(asked.query_mode, asked.rewrites, model, loaded.queries, ask_of(judged, data))
    with searching(
        loaded,
        asked.settings.retrieval,
        asked.retriever,
        asked.depth,
        asked.cache,
        asked.on_done,
        asked.warn,
        over and Rewriting(over, counts.add),
        reranker_by(model),
    ) as system:
        yield system
    for remark in counts.remarks():
        asked.warn(remark)


def warn_of_nothing_found(folder: Path, warn: Callable[[str], None]) -> None:
    """Tells how many queries of a run had no hit, such as one of stop words that goes by words alone."""
    results = latest_results(folder).values()
    if nothing := sum(1 for one in results if one.failure is None and not one.text):
        warn(f"{nothing} of {len(results)} queries found nothing and count as 0")


def measured(
    asked: Measuring, model: Collaborating, judged: str, data: Path, out: Path | None, runs: Path
) -> tuple[Path, Evaluated]:
    """``measure_set`` with whatever takes part opened already."""
    with searching_for(asked, model, judged, data) as system:
        items = Selection(task_named(f"{PREFIX}{judged}"), data, asked.limit, asked.seed)
        mark = run_manifest(items, system).fingerprint
        folder = out or runs / f"{items.task.name}-{asked.retriever}{asked.suffix}-{mark}"
        done = asyncio.run(
            evaluate(
                items.task,
                data,
                system,
                folder,
                limit=asked.limit,
                seed=asked.seed,
                retry_failed=asked.retry_failed,
            )
        )
    warn_of_nothing_found(folder, asked.warn)
    return folder, done
