"""One evaluation from its questions to its report."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wardround.evals.records import ItemResult
from wardround.evals.report import Summary, write_reports
from wardround.evals.runner import Manifest, RunSummary, Selection, run_items
from wardround.evals.stored_runs import note_data
from wardround.evals.systems import System
from wardround.evals.tasks import Task


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A finished evaluation: what this call ran, and the figures over everything that is stored."""

    ran: RunSummary
    summary: Summary


async def evaluate(
    task: Task,
    data: Path,
    system: System,
    out: Path,
    *,
    limit: int | None = None,
    seed: int = 0,
    concurrency: int = 8,
    retry_failed: bool = False,
    on_result: Callable[[ItemResult], None] | None = None,
) -> Evaluated:
    """Runs what is missing in ``out`` and writes the report; a finished run is only reported again.

    Args:
        task: what is asked.
        data: the task's own data folder.
        system: what answers.
        out: the run's folder.
        limit: a random part of that many items; all when left out.
        seed: which part.
        concurrency: items in work at once.
        retry_failed: ask items again that failed earlier.
        on_result: called after each stored result, for progress.

    Raises:
        EvaluationError: the data cannot be read, or the folder is another run's or in use.
    """
    items = Selection(task, data, limit, seed)
    manifest = run_manifest(items, system)
    ran = await run_items(
        items, system, out, manifest, concurrency=concurrency, retry_failed=retry_failed, on_result=on_result
    )
    note_data(out, data)
    summary = await asyncio.to_thread(write_reports, items, out, task)
    return Evaluated(ran, summary)


def run_manifest(items: Selection, system: System) -> Manifest:
    """What identifies the run of ``system`` over ``items``.

    Raises:
        EvaluationError: the data cannot be read or holds no items.
    """
    count, data = items.digest()
    return Manifest(
        task=items.task.name,
        mode=system.mode,
        items=count,
        data=data,
        scorer=items.task.scorer.name,
        limit=items.limit,
        seed=items.seed,
        system=system.fingerprint,
    )
