"""Reads raw generations of other people's systems: MIRAGE's own folders, or JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wardround.errors import EvaluationError
from wardround.evals.tasks.catalogue import MIRAGE_TASKS, task_named
from wardround.evals.tasks.rows import Row, read_rows

Format = Literal["mirage", "jsonl"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one system wrote on one item.

    Attributes:
        place: file, and line where there are lines.
    """

    task: str
    system: str
    item_id: str
    text: str
    place: str


def read_predictions(path: Path, form: Format, task: str | None = None) -> Iterator[Prediction]:
    """Every stored generation, one at a time, in a stable order.

    Args:
        path: a folder, or for ``jsonl`` one file.
        form: ``mirage`` is a folder per data set with a JSON file an item, as the benchmark's repository keeps them;
            ``jsonl`` has rows of ``id``, ``raw`` and, if there are several systems, ``system``.
        task: name of the task the rows answer; when left out, a file is named after its MIRAGE data set.

    Raises:
        EvaluationError: there are no predictions there, or one cannot be read; names the place.
    """
    if not path.exists():
        raise EvaluationError(f"{path} does not exist: name the folder or file that holds the predictions")
    files = _files(path, "*.jsonl*")
    # Collections of MIRAGE generations also travel as one file of rows a data set.
    found = _read_folders(path, task) if form == "mirage" and not files else _read_files(files, task)
    count = 0
    for count, prediction in enumerate(found, start=1):  # noqa: B007 - counts what it passes on
        yield prediction
    if count == 0:
        raise EvaluationError(f"{path} holds no predictions in the format {form!r}")


def _files(path: Path, pattern: str) -> list[Path]:
    return [path] if path.is_file() else sorted(path.glob(pattern))


def _read_files(files: list[Path], task: str | None) -> Iterator[Prediction]:
    for file in files:
        name = _task_of(file.name.partition(".")[0], task, file)
        for row in read_rows(file):
            yield Prediction(
                task=name,
                system=row.text("system") if "system" in row.values else file.name.partition(".")[0],
                item_id=row.text("id"),
                text=_raw(row),
                place=row.place,
            )


def _raw(row: Row) -> str:
    value = row.values.get("raw")
    if not isinstance(value, str):
        raise row.wrong("raw", "must be the text as it was generated, which may be empty")
    return value


def _read_folders(path: Path, task: str | None) -> Iterator[Prediction]:
    for folder in sorted(entry for entry in path.iterdir() if entry.is_dir()):
        for file in sorted(folder.rglob("*_*.json")):
            yield Prediction(
                task=_task_of(folder.name, task, folder),
                system=file.parent.relative_to(folder).as_posix(),
                item_id=file.stem.partition("_")[2],
                text=_first_text(file),
                place=str(file),
            )


def _first_text(file: Path) -> str:
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{file} is not JSON: {error}") from error
    if not isinstance(stored, list) or not stored or not isinstance(stored[0], str):
        raise EvaluationError(f"{file} must hold a list with the generated text")
    return stored[0]


def _task_of(name: str, task: str | None, place: Path) -> str:
    if task is not None:
        return task_named(task).name
    if name not in MIRAGE_TASKS:
        raise EvaluationError(f"{place}: {name!r} is none of {', '.join(MIRAGE_TASKS)}; say which task it answers")
    return MIRAGE_TASKS[name].name
