"""``eval score`` in one call: stored generations in, a report on them out."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from wardround.errors import EvaluationError
from wardround.evals.predictions.reading import Format, read_predictions
from wardround.evals.predictions.report import FILES, write_report
from wardround.evals.predictions.rescoring import Rescored, rescore


def score_predictions(
    predictions: Path,
    form: Format,
    data: Path,
    out: Path,
    *,
    task: str | None = None,
    unknown: Literal["refuse", "skip"] = "refuse",
    mirage_compatible: bool = False,
) -> Rescored:
    """Scores other people's generations by both readings and writes the files of ``report.FILES``.

    Args:
        predictions: folder or file, see ``read_predictions``.
        form: its format.
        data: folder with the tasks' data folders.
        out: a new folder, or one of an earlier report, which is replaced.
        task: what the predictions answer, where their names do not say.
        unknown: what to do with predictions for ids that the data does not hold.
        mirage_compatible: the letters written for each item are the official scorer's instead of ours.

    Raises:
        EvaluationError: the predictions or the data cannot be used, or ``out`` holds something else.
    """
    if out.exists() and (not out.is_dir() or any(entry.name not in FILES for entry in out.iterdir())):
        raise EvaluationError(f"{out} holds something else than a report on predictions: choose a new folder")
    rescored = rescore(read_predictions(predictions, form, task), data, unknown=unknown)
    write_report(rescored, out, mirage_compatible=mirage_compatible)
    return rescored
