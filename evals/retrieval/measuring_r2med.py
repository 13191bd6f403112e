"""Measuring a system on R2MED's tasks, one run each: the figures beside published systems, as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from wardround.agent.models.protocol import Usage
from wardround.errors import EvaluationError
from wardround.evals.report import Summary, judge
from wardround.evals.report.pooled import Part, Pool, pooled_mean
from wardround.evals.report.wording import percent
from wardround.evals.retrieval.measuring import Measuring, measured
from wardround.evals.retrieval.query_modes import collaborating
from wardround.evals.retrieval.r2med import TASKS, Measured, System, column_of, published_systems, table
from wardround.evals.retrieval.r2med_runs import note_runs
from wardround.evals.runner import Selection
from wardround.evals.statistics import Interval


def measure_r2med(
    asked: Measuring, folders: Mapping[str, Path], runs: Path, published: Path | None, *, as_json: bool
) -> str:
    """Every task's run below ``runs``, and the figures of all beside published systems: a table, or JSON."""
    systems = published_systems(published) if published else []
    if absent := [task for task in TASKS if task not in folders]:
        asked.warn(f"{len(absent)} of R2MED's 8 tasks are not there, so that there is no mean: {', '.join(absent)}")
    parts: dict[str, Part] = {}
    ran: dict[str, Path] = {}
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        for task, folder in folders.items():
            of_task = _naming(asked, task)
            ran[task], done = measured(of_task, model, "r2med", folder, None, runs / "r2med" / task)
            items = Selection(done.summary.task, folder, asked.limit, asked.seed)
            parts[task] = Part(done.summary, judge(items, ran[task], done.summary.task))
            if failed := done.summary.outcomes["failed"]:
                of_task.warn(
                    f"{failed} of {done.summary.manifest.items} queries failed and count as 0, "
                    f"{ran[task] / 'report.html'} says why; --retry-failed searches for them again"
                )
    noted = note_runs(ran, runs / "r2med", f"{asked.retriever}{asked.suffix}")
    if as_json:
        return json.dumps(_as_json(asked.name, parts, systems, noted)) + "\n"
    figures = {task: _figures(part.summary) for task, part in parts.items()}
    lines = [table(asked.name, figures, systems)]
    if not absent:
        lines.append(f"mean of nDCG@10 {percent(_mean(parts))}: by the bootstrap, queries drawn within each task")
    lines.append(f"{noted}: the runs of all tasks, for `wardround eval compare`")
    spent = _spent(parts)
    if spent.calls:
        lines.append(
            f"{spent.calls} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion tokens"
        )
    return "\n".join(lines) + "\n"


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


def _naming(asked: Measuring, task: str) -> Measuring:
    """``asked``, with the task before whatever a reader of its figures must know."""
    return replace(asked, warn=lambda line: asked.warn(f"{task}: {line}"))


def _figures(summary: Summary) -> Measured:
    by_name = {measure.name: interval for measure, interval in summary.figures}
    ndcg, recall = by_name["nDCG@10"], by_name["R@100"]
    if ndcg is None or recall is None:  # a set without a query is refused before it is searched
        raise EvaluationError(f"{summary.task.title} has no figures: no query was searched for")
    return Measured(100 * ndcg.estimate, 100 * recall.estimate, ndcg.n, summary.outcomes["failed"])


def _mean(parts: Pool) -> Interval | None:
    """Of nDCG@10 over the tasks, which weigh alike."""
    return pooled_mean(parts, next(iter(parts.values())).summary.task.measures[0])


def _spent(parts: Pool) -> Usage:
    return sum((part.summary.cost.usage for part in parts.values()), Usage())


def _as_json(name: str, parts: Pool, published: Sequence[System], noted: Path) -> dict[str, Any]:
    figures = {task: _figures(part.summary) for task, part in parts.items()}
    ours = System(name, {task: one.ndcg for task, one in figures.items()})
    interval, spent = _mean(parts), _spent(parts)
    return {
        "system": name,
        "nDCG@10": dict(ours.by_task),
        "mean": ours.mean,
        "mean_interval": [100 * interval.low, 100 * interval.high] if interval and ours.mean is not None else None,
        "R@100": {task: one.recall for task, one in figures.items()},
        "queries": {task: one.queries for task, one in figures.items()},
        "failed": {task: one.failed for task, one in figures.items()},
        "published": [{"system": one.name, "nDCG@10": dict(one.by_task), "mean": one.mean} for one in published],
        "runs": str(noted),
        "usage": {
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
        },
    }
