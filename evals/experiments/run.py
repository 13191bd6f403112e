"""Runs what an experiment lacks, and compares all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from wardround.agent.settings import Settings
from wardround.errors import EvaluationError
from wardround.evals.evaluate import evaluate
from wardround.evals.experiments.grid import Cell, Experiment
from wardround.evals.report import Compared, compare_runs, write_comparison
from wardround.evals.retrieval.measuring import Measuring, searching_for, warn_of_nothing_found
from wardround.evals.retrieval.query_modes import collaborating
from wardround.evals.retrieval.searching import retriever_named
from wardround.evals.runner import Selection
from wardround.evals.systems import System
from wardround.evals.systems.build import Mode, mode_named, open_system
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX
from wardround.retrievers.rewriting.forms import FORMS

_DEPTH = 100
"""Passages a search returns."""

OpenSystem = Callable[[Mode, Settings], AbstractAsyncContextManager[System]]


async def run_experiment(
    experiment: Experiment,
    data: Path,
    out: Path,
    settings_for: Callable[[Mapping[str, Any]], Settings],
    *,
    open_as: OpenSystem = open_system,
    on_cell: Callable[[Cell], None] | None = None,
    on_warning: Callable[[Cell, str], None] | None = None,
) -> Compared | None:
    """Runs every cell that is not finished, one after another, and writes the comparison with its trade-off curve.

    Args:
        experiment: what is run.
        data: the task's own data folder.
        out: holds one folder a cell, and the comparison.
        settings_for: the settings in force with these dotted names changed.
        open_as: opens a cell's system.
        on_cell: called before each cell, for progress.
        on_warning: called with what a reader of a cell's figures must know, such as judged passages that are not there.

    Returns:
        The comparison, the first cell being what the others are held against; None with a single cell.

    Raises:
        EvaluationError: the data cannot be read, a folder is another run's or in use, or a query mode needs a language
            model and a cell's settings name none.
    """
    task = task_named(experiment.task)
    configured = [(cell, settings_for(cell.settings)) for cell in experiment.cells]
    for cell, settings in configured:
        _require_writer(cell, settings)
    for cell, settings in configured:
        if on_cell is not None:
            on_cell(cell)

        def warn(line: str, cell: Cell = cell) -> None:
            if on_warning is not None:
                on_warning(cell, line)

        opened = (
            _searching(experiment, data, cell, settings, out, warn)
            if experiment.searches
            else open_as(mode_named(cell.way), settings)
        )
        async with opened as system:
            await evaluate(
                task,
                data,
                system,
                out / cell.name,
                limit=experiment.limit,
                seed=experiment.seed,
                concurrency=experiment.concurrency,
            )
        if experiment.searches:
            warn_of_nothing_found(out / cell.name, warn)
    if len(experiment.cells) < 2:
        return None
    items = Selection(task, data, experiment.limit, experiment.seed)
    compared = compare_runs(items, ran_cells(experiment, out), task, experiment.promise)
    write_comparison(compared, out)
    return compared


@asynccontextmanager
async def _searching(
    experiment: Experiment, data: Path, cell: Cell, settings: Settings, out: Path, warn: Callable[[str], None]
) -> AsyncIterator[System]:
    """The cell's retriever over the judged set; embeddings and what a model wrote are kept for the other cells."""
    out.mkdir(parents=True, exist_ok=True)
    asked = Measuring(
        settings,
        retriever_named(cell.way),
        cell.query_mode,
        rewrites=None,
        depth=_DEPTH,
        limit=experiment.limit,
        seed=experiment.seed,
        retry_failed=False,
        cache=out / "embeddings",
        on_done=lambda done: None,
        warn=warn,
    )
    judged = experiment.task.removeprefix(PREFIX)
    with (
        collaborating(settings, cell.query_mode, None, asked.cache) as model,
        searching_for(asked, model, judged, data) as system,
    ):
        yield system


def _require_writer(cell: Cell, settings: Settings) -> None:
    if cell.query_mode in FORMS and settings.model.kind == "none":
        raise EvaluationError(
            f"{cell.name} needs a language model that rewrites: name one under settings, such as "
            '"model.kind" = "server"'
        )


def ran_cells(experiment: Experiment, out: Path) -> list[Path]:
    """The folders of an experiment's runs, in its order."""
    return [out / cell.name for cell in experiment.cells]
