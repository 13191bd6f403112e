"""``wardround eval`` over what is stored: list, show, compare, score other people's outputs."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option, Typer

from wardround.commands.evaluation_options import DataOption, JsonOption, NotedDataOption

if TYPE_CHECKING:
    from wardround.evals.stored_runs import StoredRun
    from wardround.evals.tasks import Task

RootArgument = Annotated[Path, Argument(help="A run's folder, or one above several.")]


class PredictionsFormat(StrEnum):
    """How stored generations lie."""

    mirage = "mirage"
    jsonl = "jsonl"


def register(app: Typer) -> None:
    """Adds the commands of this module."""
    for command in (tasks, list_, show, compare, score):
        app.command(command.__name__.rstrip("_"))(command)


def tasks(as_json: JsonOption = False) -> None:
    """List the tasks that can be run, with the usual name of their data folders."""
    from wardround.evals.tasks import TASKS

    if as_json:
        listed = [{"name": one.name, "title": one.title, "folder": one.folder} for one in TASKS.values()]
        sys.stdout.write(json.dumps(listed, indent=2) + "\n")
        return
    width = max(map(len, TASKS))
    sys.stdout.write("".join(f"{one.name:<{width}}  {one.title}  {_where(one)}\n" for one in TASKS.values()))


def list_(root: RootArgument = Path("runs"), as_json: JsonOption = False) -> None:
    """List stored runs: what was asked how, and how many items have a result."""
    runs = _runs(root)
    if as_json:
        sys.stdout.write(json.dumps([_described(one) for one in runs], indent=2) + "\n")
        return
    for one in runs:
        manifest = one.manifest
        progress = "" if one.finished == manifest.items else f", {one.finished} so far"
        sys.stdout.write(f"{one.folder}  {manifest.task}, {manifest.mode}, {manifest.items} items{progress}\n")


def show(
    item: Annotated[str, Argument(help="Id of the item.")],
    root: RootArgument = Path("runs"),
    data: NotedDataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one item in every stored run that asked it: question, answer, claims with their quotes, score."""
    from wardround.errors import EvaluationError
    from wardround.evals.report.item_rows import item_row
    from wardround.evals.report.item_text import item_text
    from wardround.evals.runner import latest_results
    from wardround.evals.stored_runs import find_item

    asked = [one for one in _runs(root) if item in latest_results(one.folder)]
    if not asked:
        raise EvaluationError(f"no run in {root} has a result for {item!r}: `wardround eval list` names the runs")
    found = {str(one.folder): find_item(one.folder, data, item) for one in asked}
    if as_json:
        rows = [{"run": run, **item_row(entry)} for run, entry in found.items()]
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.write("\n".join(f"{run}\n{item_text(entry)}" for run, entry in found.items()))


def compare(
    runs: Annotated[list[Path], Argument(help="Folders of finished runs of one task; the first is the baseline.")],
    data: NotedDataOption = None,
    alpha: Annotated[
        float | None, Option("--alpha", help="Certify the numbers of passages whose risk stays at or below this share.")
    ] = None,
    delta: Annotated[float, Option("--delta", help="Probability with which that may be wrong.")] = 0.1,
    out: Annotated[Path | None, Option("--out", help="Folder for comparison.md, .json and .html.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare runs over the same questions: differences with intervals and corrected tests, and what each run cost.

    A folder in which all of R2MED's tasks are noted stands for the system: its tasks weigh alike.
    """
    from wardround.errors import EvaluationError
    from wardround.evals.calibration.p_values import require_share
    from wardround.evals.report import Promise, compare_runs, write_comparison
    from wardround.evals.report.compared_forms import comparison_figures, comparison_markdown
    from wardround.evals.retrieval.r2med_runs import NOTE, compare_r2med
    from wardround.evals.stored_runs import stored_items

    for name, share in (("alpha", alpha), ("delta", delta)):
        if share is not None:
            require_share(name, share)
    if (runs[0] / NOTE).is_file():
        if alpha is not None:
            raise EvaluationError("--alpha certifies numbers of passages that answers read, and these are searches")
        compared = compare_r2med(runs, data)
    else:
        items = stored_items(runs[0], data)
        compared = compare_runs(items, runs, items.task, None if alpha is None else Promise(alpha, delta))
    if out is not None:
        write_comparison(compared, out)
    if as_json:
        sys.stdout.write(json.dumps(comparison_figures(compared), indent=2, sort_keys=True) + "\n")
    else:
        sys.stdout.write(comparison_markdown(compared))


def score(
    predictions: Annotated[Path, Option("--predictions", help="Folder or file with the raw generations.")],
    data: DataOption,
    out: Annotated[Path, Option("--out", help="A new folder for the report, or an earlier report's.")],
    form: Annotated[
        PredictionsFormat,
        Option("--format", help="mirage: as that benchmark stores them; jsonl: rows of id, raw and maybe system."),
    ] = PredictionsFormat.mirage,
    task: Annotated[str | None, Option("--task", help="What they answer, where the files' names do not say.")] = None,
    mirage_compatible: Annotated[
        bool, Option("--mirage-compatible", help="Read letters as the official scorer does: none found means A.")
    ] = False,
    skip_unknown: Annotated[
        bool, Option("--skip-unknown", help="Leave out, and count, predictions for items that the data lacks.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Score other people's raw generations by our reading and by MIRAGE's, and list every difference."""
    from wardround.evals.predictions import report_figures, report_markdown, score_predictions

    rescored = score_predictions(
        predictions,
        form.value,
        data,
        out,
        task=task,
        unknown="skip" if skip_unknown else "refuse",
        mirage_compatible=mirage_compatible,
    )
    if as_json:
        sys.stdout.write(json.dumps(report_figures(rescored), indent=2) + "\n")
    else:
        reading = "the official MIRAGE scorer" if mirage_compatible else "stated letters only"
        sys.stdout.write(f"{report_markdown(rescored)}\n{out / 'letters.jsonl'}: one letter an item, by {reading}\n")


def _where(task: Task) -> str:
    """The usual name of its data folder; judged sets may lie in several, and have a command of their own."""
    return f"[{task.folder}/]" if task.folder != "." else "(eval retrieval)"


def _runs(root: Path) -> list[StoredRun]:
    from wardround.errors import EvaluationError
    from wardround.evals.stored_runs import stored_runs

    runs = list(stored_runs(root))
    if not runs:
        raise EvaluationError(f"{root} holds no runs: name a folder in which `wardround eval run` wrote")
    return runs


def _described(one: StoredRun) -> dict[str, Any]:
    manifest = one.manifest
    return {
        "folder": str(one.folder),
        "task": manifest.task,
        "mode": manifest.mode,
        "items": manifest.items,
        "finished": one.finished,
        "fingerprint": manifest.fingerprint,
    }
