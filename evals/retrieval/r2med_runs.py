"""Which runs make up a system's way through R2MED's tasks, and how two systems are compared over all of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.report.compared import Compared, judged_runs, short_names
from wardround.evals.report.pooled import Part, compare_pools
from wardround.evals.retrieval.r2med import task_folders
from wardround.evals.runner import read_manifest
from wardround.evals.stored_runs import stored_items
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX
from wardround.files import write_atomically

NOTE = "tasks.json"


def note_runs(runs: Mapping[str, Path], root: Path, name: str) -> Path:
    """Writes down which run each task has, in a folder of its own below ``root``; returns that folder.

    Args:
        runs: the runs' folders by task.
        root: gets a folder whose name is made of ``name`` and the runs' fingerprints, so that the same system finds it.
        name: of the system.
    """
    marks = {task: read_manifest(folder).fingerprint for task, folder in runs.items()}
    mark = hashlib.sha256(json.dumps(marks, sort_keys=True).encode()).hexdigest()[:16]
    folder = root / f"{name}-{mark}"
    noted = {
        task: {"folder": os.path.relpath(runs[task], folder), "fingerprint": fingerprint}
        for task, fingerprint in marks.items()
    }
    write_atomically(folder / NOTE, json.dumps(noted, indent=2) + "\n")
    return folder


def noted_runs(folder: Path) -> dict[str, Path]:
    """The runs' folders by task, as they were written down in ``folder``.

    Raises:
        EvaluationError: the note is damaged, or one of its runs is gone or another.
    """
    path = folder / NOTE
    try:
        noted = json.loads(path.read_text(encoding="utf-8"))
        runs = {task: (folder / one["folder"], one["fingerprint"]) for task, one in noted.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise EvaluationError(f"{path} cannot be read as the runs of R2MED's tasks: {error!r}") from error
    for task, (run, fingerprint) in runs.items():
        if read_manifest(run).fingerprint != fingerprint:
            raise EvaluationError(f"{path}: the run of {task} in {run} is another now: measure all tasks again")
    return {task: run for task, (run, _) in runs.items()}


def compare_r2med(folders: Sequence[Path], data: Path | None = None) -> Compared:
    """Systems over R2MED's tasks, by the unweighted mean of the tasks and query by query within each.

    Args:
        folders: of ``note_runs``, at least two; the first is what the others are held against.
        data: the folder of all tasks; by default each task where its run found it.

    Raises:
        EvaluationError: fewer than two systems, systems over different tasks, or runs that cannot be compared.
    """
    if len(folders) < 2:
        raise EvaluationError("a comparison needs the folders of at least two runs")
    names = short_names(folders)
    runs = {name: noted_runs(folder) for name, folder in zip(names, folders, strict=True)}
    tasks = list(runs[names[0]])
    for name, noted in runs.items():
        if list(noted) != tasks:
            raise EvaluationError(
                f"{names[0]} and {name} cannot be compared: one measured {', '.join(tasks)}, the other "
                f"{', '.join(noted)}"
            )
    given = {} if data is None else task_folders(data)
    pools: dict[str, dict[str, Part]] = {name: {} for name in names}
    for task in tasks:
        if data is not None and task not in given:
            raise EvaluationError(f"{data} does not hold {task}: name the folder of all tasks")
        items = stored_items(runs[names[0]][task], given.get(task))
        summaries, judged = judged_runs(items, [runs[name][task] for name in names], items.task)
        for name, summary, entries in zip(names, summaries.values(), judged.values(), strict=True):
            pools[name][task] = Part(summary, entries)
    return compare_pools(pools, replace(task_named(f"{PREFIX}r2med"), title=f"R2MED, mean of {len(tasks)} tasks"))
