"""Finds stored runs, and single items in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.report.summary import Judged
from wardround.evals.runner import Manifest, Selection, read_manifest, read_results
from wardround.evals.runner.manifest import MANIFEST
from wardround.evals.tasks import Task, task_named
from wardround.files import write_atomically

DATA_NOTE = "data_folder.txt"
"""Where a run's questions lay. It is no part of what the run is: the same data in another place is the same run."""


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


def data_folder(task: Task, data: Path) -> Path:
    """The task's own folder: the one of its usual name within ``data``, else ``data`` itself."""
    return data / task.folder if (data / task.folder).is_dir() else data


def note_data(folder: Path, data: Path) -> None:
    """Leaves in a run's folder where its questions lie, so that it can be looked at without saying so again."""
    write_atomically(folder / DATA_NOTE, f"{data.resolve()}\n")


def stored_items(folder: Path, data: Path | None = None) -> Selection:
    """The items of a stored run.

    Args:
        folder: of the run.
        data: the task's own data folder, or the folder of all data folders; by default where the run found it.

    Raises:
        EvaluationError: the folder is no run, or the data is not what was run, or nobody says where it is.
    """
    manifest = read_manifest(folder)
    task = task_named(manifest.task)
    data = data_folder(task, _noted_data(folder) if data is None else data)
    items = Selection(task, data, manifest.limit, manifest.seed)
    if items.digest() != (manifest.items, manifest.data):
        raise EvaluationError(f"{data} no longer holds what {folder} was run on: name the folder with that data")
    return items


def find_item(folder: Path, data: Path | None, item_id: str) -> Judged:
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


def _noted_data(folder: Path) -> Path:
    try:
        return Path((folder / DATA_NOTE).read_text(encoding="utf-8").strip())
    except FileNotFoundError as error:
        raise EvaluationError(f"{folder} does not say where its questions lie: name the folder with --data") from error
