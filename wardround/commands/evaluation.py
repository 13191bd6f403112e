"""``wardround eval``: measure answers, and the two commands that ask questions for it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option, Typer

from wardround.commands import evaluation_stored
from wardround.commands.evaluation_citations import citations
from wardround.commands.evaluation_fetch import fetch
from wardround.commands.evaluation_options import RUNS, DataOption, JsonOption
from wardround.commands.evaluation_retrieval import retrieval
from wardround.commands.evaluation_telling import tell
from wardround.commands.options import (
    ConfigOption,
    KOption,
    ModelOption,
    ProfileOption,
    QuietOption,
    SetOption,
    settings_from_options,
)

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.evals.evaluate import Evaluated
    from wardround.evals.runner import Selection
    from wardround.evals.systems.build import Mode

app = Typer(no_args_is_help=True, help="Run tasks, score stored outputs, compare runs.")
evaluation_stored.register(app)
app.command()(retrieval)
app.command()(citations)
app.command()(fetch)


@app.command()
def run(
    task: Annotated[str, Argument(help="Name of the task; `wardround eval tasks` lists them.")],
    data: DataOption,
    mode: Annotated[str, Option("--mode", help="closed-book, given, rag, imedrag or agent.")] = "agent",
    limit: Annotated[int | None, Option("--limit", min=1, help="A random part of that many items.")] = None,
    seed: Annotated[int, Option("--seed", min=0, help="Which part; a larger limit holds a smaller one's items.")] = 0,
    concurrency: Annotated[int, Option("--concurrency", min=1, help="Items in work at once.")] = 8,
    out: Annotated[Path | None, Option("--out", help="Folder of the run; default: one below runs/.")] = None,
    retry_failed: Annotated[bool, Option("--retry-failed", help="Ask items again that failed earlier.")] = False,
    mirage_compatible: Annotated[
        bool, Option("--mirage-compatible", help="Say, too, what MIRAGE's official scorer makes of the same replies.")
    ] = False,
    as_json: JsonOption = False,
    model: ModelOption = None,
    k: KOption = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask every question of a task once and report what came of it.

    Interrupted or killed, the same command goes on where it stopped; a finished run is only reported again.
    """
    import asyncio

    from wardround.evals.predictions.own_runs import require_letters, write_mirage_reading
    from wardround.evals.runner import Selection
    from wardround.evals.stored_runs import data_folder
    from wardround.evals.systems.build import mode_named
    from wardround.evals.tasks import task_named
    from wardround.evals.tasks.judged_retrieval import refuse_retrieval

    chosen = refuse_retrieval(task_named(task))
    if mirage_compatible:
        require_letters(chosen)
    settings = settings_from_options(config=config, profile=profile, assignments=assignments, model=model, k=k).settings
    items = Selection(chosen, data_folder(chosen, data), limit, seed)
    items.digest()  # data that cannot be read is said before a model is loaded
    folder, evaluated = asyncio.run(_run(items, mode_named(mode), settings, out, concurrency, retry_failed, quiet))
    official = write_mirage_reading(items, folder) if mirage_compatible else None
    tell(folder, evaluated, official, as_json=as_json)


@app.command()
def experiment(
    plan: Annotated[Path, Argument(help="TOML file that names a task and a grid of modes and settings.")],
    data: DataOption,
    out: Annotated[Path | None, Option("--out", help="Folder of all its runs; default: one below runs/.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Run what a grid of runs still lacks, compare all of it, and draw what more tokens buy."""
    import asyncio

    from wardround.evals.experiments import read_experiment, run_experiment
    from wardround.evals.report.compared_forms import comparison_markdown
    from wardround.evals.stored_runs import data_folder
    from wardround.evals.systems.build import SEARCHING, open_system
    from wardround.evals.tasks import task_named
    from wardround.index_building import ensure_index

    chosen = read_experiment(plan)

    def settings_for(changes: Mapping[str, Any]) -> Settings:
        given = [*(assignments or ()), *(f"{name}={_as_typed(value)}" for name, value in changes.items())]
        return settings_from_options(config=config, profile=profile, assignments=given).settings

    if any(cell.way in SEARCHING for cell in chosen.cells):
        ensure_index(settings_for({}), sys.stderr, quiet=quiet)
    folder = out or RUNS / plan.stem
    compared = asyncio.run(
        run_experiment(
            chosen,
            data_folder(task_named(chosen.task), data),
            folder,
            settings_for,
            open_as=open_system,
            on_cell=lambda cell: None if quiet else _say(f"{cell.name} ...\n"),
            on_warning=lambda cell, line: _say(f"wardround: {cell.name}: {line}\n"),
        )
    )
    if compared is not None:
        sys.stdout.write(comparison_markdown(compared))
    sys.stdout.write(f"{folder}\n")


async def _run(
    items: Selection,
    mode: Mode,
    settings: Settings,
    out: Path | None,
    concurrency: int,
    retry_failed: bool,
    quiet: bool,
) -> tuple[Path, Evaluated]:
    import asyncio

    from wardround.commands.evaluation_progress import ItemsOnStandardError
    from wardround.evals.evaluate import evaluate, run_manifest
    from wardround.evals.systems.build import SEARCHING, open_system, require_model
    from wardround.index_building import ensure_index

    require_model(mode, settings)
    if mode in SEARCHING:
        await asyncio.to_thread(ensure_index, settings, sys.stderr, quiet=quiet)
    async with open_system(mode, settings) as system:
        manifest = run_manifest(items, system)
        folder = out or RUNS / f"{manifest.task}-{mode}-{manifest.fingerprint}"
        with ItemsOnStandardError(sys.stderr, manifest.items, quiet=quiet) as progress:
            evaluated = await evaluate(
                items.task,
                items.folder,
                system,
                folder,
                limit=items.limit,
                seed=items.seed,
                concurrency=concurrency,
                retry_failed=retry_failed,
                on_result=progress,
            )
    return folder, evaluated


def _as_typed(value: Any) -> str:
    """A value of a TOML file as somebody would write it after ``--set NAME=``."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _say(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()
