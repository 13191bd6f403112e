"""Measuring a retriever on judged sets from settings to report, one set or all of R2MED's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wardround.agent.models.protocol import Usage
from wardround.agent.settings import Settings
from wardround.errors import EvaluationError
from wardround.evals.evaluate import Evaluated, evaluate, run_manifest
from wardround.evals.report import Summary
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import unknown_passages
from wardround.evals.retrieval.query_modes import (
    Collaborating,
    QueryMode,
    collaborating,
    reranker_by,
    rewriter_over,
)
from wardround.evals.retrieval.r2med import TASKS, Measured, System, column_of, published_systems, table, task_of
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


def measure_set(asked: Measuring, judged: str, data: Path, out: Path | None, runs: Path) -> tuple[Path, Evaluated]:
    """One set's run, in ``out`` or a folder of its own below ``runs``; a finished one is only reported again."""
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        return _measured(asked, model, judged, data, out, runs)


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


def _measured(
    asked: Measuring, model: Collaborating, judged: str, data: Path, out: Path | None, runs: Path
) -> tuple[Path, Evaluated]:
    with searching_for(asked, model, judged, data) as system:
        items = Selection(task_named(f"{PREFIX}{judged}"), data, asked.limit, asked.seed)
        mode = "" if asked.query_mode == "original" else f"-{asked.query_mode}"
        mark = run_manifest(items, system).fingerprint
        folder = out or runs / f"{items.task.name}-{asked.retriever}{mode}-{mark}"
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


def measure_r2med(
    asked: Measuring, folders: Mapping[str, Path], runs: Path, published: Path | None, *, as_json: bool
) -> str:
    """Every task's run below ``runs``, and the figures of all beside published systems: a table, or JSON."""
    systems = published_systems(published) if published else []
    if absent := [task for task in TASKS if task not in folders]:
        asked.warn(f"{len(absent)} of R2MED's 8 tasks are not there, so that there is no mean: {', '.join(absent)}")
    figures: dict[str, Measured] = {}
    spent = Usage()
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        for task, folder in folders.items():
            run, done = _measured(asked, model, "r2med", folder, None, runs / "r2med" / task)
            figures[task] = one = _figures(done.summary)
            spent += done.summary.cost.usage
            if one.failed:
                asked.warn(
                    f"{task}: {one.failed} of {one.queries} queries failed and count as 0, {run / 'report.html'} says "
                    "why; --retry-failed searches for them again"
                )
    if as_json:
        return json.dumps(_as_json(asked.name, figures, spent, systems)) + "\n"
    cost_line = (
        f"\n{spent.calls} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion tokens"
        if spent.calls
        else ""
    )
    return table(asked.name, figures, systems) + cost_line + "\n"


def beside_published(name: str, data: Path, summary: Summary, published: Path) -> str:
    """The figures of one task's run beside the published systems' on that task.

    Args:
        name: of the system that was measured.
        data: folder of the task, by whose name the column is found.
        summary: of the run.
        published: the table.

    Raises:
        EvaluationError: the folder is named after no task, or the table cannot be read.
    """
    return table(name, {column_of(data, published): _figures(summary)}, published_systems(published)) + "\n"


def _figures(summary: Summary) -> Measured:
    by_name = {measure.name: interval for measure, interval in summary.figures}
    ndcg, recall = by_name["nDCG@10"], by_name["R@100"]
    if ndcg is None or recall is None:  # a set without a query is refused before it is searched
        raise EvaluationError(f"{summary.task.title} has no figures: no query was searched for")
    return Measured(100 * ndcg.estimate, 100 * recall.estimate, ndcg.n, summary.outcomes["failed"])


def _as_json(name: str, figures: Mapping[str, Measured], spent: Usage, published: Sequence[System]) -> dict[str, Any]:
    ndcg = {task: one.ndcg for task, one in figures.items()}
    return {
        "system": name,
        "nDCG@10": ndcg,
        "mean": System(name, ndcg).mean,
        "R@100": {task: one.recall for task, one in figures.items()},
        "queries": {task: one.queries for task, one in figures.items()},
        "failed": {task: one.failed for task, one in figures.items()},
        "published": [{"system": one.name, "nDCG@10": dict(one.by_task), "mean": one.mean} for one in published],
        "usage": {
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
        },
    }
