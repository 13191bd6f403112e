"""Finds stored runs, and single items in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.report.summary import Judged
from wardround.evals.runner import Manifest, Selection, read_manifest, read_results
from wardround.evals.runner.manifest import MANIFEST
from wardround.evals.tasks import task_named


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run's folder: what it is, and how many of its items have a result."""

    folder: Path
    manifest: Manifest
    finished: int


def stored_runs(root: Path) -> Iterator[StoredRun]:
    """Every run in or below ``root``, by path.

    Raises:
        EvaluationError: a run's manifest or results cannot be read.
    """
    for path in sorted(root.rglob(MANIFEST)):
        done = {result.item_id for result in read_results(path.parent)}
        yield StoredRun(path.parent, read_manifest(path.parent), len(done))


def stored_items(folder: Path, data: Path) -> Selection:
    """The items of a stored run.

    Args:
        folder: of the run.
        data: the task's own data folder.

    Raises:
        EvaluationError: the folder is no run, or the data is not what was run.
    """
    manifest = read_manifest(folder)
    items = Selection(task_named(manifest.task), data, manifest.limit, manifest.seed)
    if items.digest() != (manifest.items, manifest.data):
        raise EvaluationError(f"{data} no longer holds what {folder} was run on: name the folder with that data")
    return items


def find_item(folder: Path, data: Path, item_id: str) -> Judged:
    """One item of a run with its result and score.

    Raises:
        EvaluationError: the run has no such item, or no result for it yet.
    """
    items = stored_items(folder, data)
    item = next((item for item in items if item.id == item_id), None)
    if item is None:
        raise EvaluationError(f"{folder} has no item {item_id!r}")
    results = [result for result in read_results(folder) if result.item_id == item_id]
    if not results:
        raise EvaluationError(f"{folder} has no result for {item_id!r} yet: resume the run")
    return Judged(item, results[-1], items.task.scorer.score(item, results[-1]))
