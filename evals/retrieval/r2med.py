"""R2MED as a whole: its eight tasks, their unweighted mean, and the published systems beside ours.

R2MED (arXiv:2505.14558) is eight retrieval tasks with a corpus each; its figure is nDCG@10 as trec_eval computes it,
averaged over a task's queries and then, unweighted, over the tasks.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from wardround.errors import EvaluationError

TASKS = (
    "Biology",
    "Bioinformatics",
    "Medical-Sciences",
    "MedXpertQA-Exam",
    "MedQA-Diag",
    "PMC-Treatment",
    "PMC-Clinical",
    "IIYi-Clinical",
)
PUBLISHED = "published_ndcg_at_10.csv"

_FILES = ("corpus.jsonl", "query.jsonl", "qrels.jsonl")


@dataclass(frozen=True, slots=True)
class System:
    """nDCG@10 by task, in percent, of one system.

    Attributes:
        name: retriever, and generator and reranker where there are any.
    """

    name: str
    by_task: Mapping[str, float]

    @property
    def mean(self) -> float | None:
        """Over the eight tasks, unweighted; None where one is missing."""
        return fmean(self.by_task[task] for task in TASKS) if set(TASKS) <= set(self.by_task) else None


@dataclass(frozen=True, slots=True)
class Measured:
    """Our figures on one task; shares in percent.

    Attributes:
        ndcg: nDCG@10.
        recall: recall@100.
        queries: behind both, those whose search failed included.
        failed: how many those are; they count as 0.
    """

    ndcg: float
    recall: float
    queries: int
    failed: int


def task_of(folder: Path) -> str | None:
    """The task that ``folder`` is named after, in any case and with underscores or not; None where it is of none."""
    name = _plain(Path(os.path.abspath(folder)).name)  # "." has no name of its own
    return next((task for task in TASKS if _plain(task) == name), None)


def column_of(folder: Path, published: Path) -> str:
    """The task whose published scores those of ``folder`` can stand beside.

    Raises:
        EvaluationError: the folder is named after no task.
    """
    task = task_of(folder)
    if task is None:
        raise EvaluationError(
            f"{folder} is named after no task of R2MED, so that {published} has no column for it: the tasks are "
            f"{', '.join(TASKS)}"
        )
    return task


def task_folders(folder: Path) -> dict[str, Path]:
    """The tasks beneath ``folder`` by name; the folder itself, by its task's or else its own name, where it is one.

    Folders may be named in any case and with underscores.

    Raises:
        EvaluationError: there is none, one lacks a file, or one is there twice.
    """
    if any((folder / name).is_file() for name in _FILES):
        return {task_of(folder) or folder.name: _complete(folder)}
    found: dict[str, Path] = {}
    for each in sorted(folder.iterdir() if folder.is_dir() else ()):
        if each.is_dir() and (task := task_of(each)):
            if task in found:
                raise EvaluationError(f"{folder} holds {task} twice: {found[task].name} and {each.name}")
            found[task] = _complete(each)
    if not found:
        raise EvaluationError(
            f"{folder} holds no task of R2MED: a task is a folder such as Biology with {', '.join(_FILES)}"
        )
    return {task: found[task] for task in TASKS if task in found}


def _complete(folder: Path) -> Path:
    """``folder``, if it has all files of a task: one that is left out would be missed by nobody."""
    lacking = [name for name in _FILES if not (folder / name).is_file()]
    if lacking:
        raise EvaluationError(f"{folder} lacks {', '.join(lacking)}: a task of R2MED is {', '.join(_FILES)}")
    return folder


def published_systems(path: Path) -> list[System]:
    """The systems of a table of published scores: descriptive columns, then one a task, in percent.

    Raises:
        EvaluationError: the table cannot be read or lacks a task.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [_system(row) for row in rows]
    except (OSError, UnicodeDecodeError, KeyError, ValueError) as error:
        raise EvaluationError(f"{path} cannot be read as R2MED's published scores: {error!r}") from error


def table(name: str, ours: Mapping[str, Measured], published: Sequence[System], best: int = 5) -> str:
    """Ours above the published: the best on our tasks, and the plain retrievers that everyone knows.

    Args:
        name: of our system.
        ours: some or all tasks.
        published: of all tasks; may be empty.
        best: how many of the best are shown.
    """
    columns = [task for task in TASKS if task in ours]
    system = System(name, {task: one.ndcg for task, one in ours.items()})
    by_score = sorted(published, key=lambda one: -fmean(one.by_task[task] for task in columns))
    shown = [*by_score[:best], *(one for one in by_score[best:] if one.name in ("bm25", "medcpt", "nv"))]
    lines = [_row("nDCG@10", columns, "mean of 8")]
    lines += [_row(one.name, [f"{one.by_task[task]:.2f}" for task in columns], _mean(one)) for one in (system, *shown)]
    lines.append(_row(f"recall@100, {name}", [f"{ours[task].recall:.2f}" for task in columns], ""))
    lines.append(_row("queries", [_queries(ours[task]) for task in columns], ""))
    return "\n".join(lines)


def _queries(one: Measured) -> str:
    return f"{one.queries}, {one.failed} failed" if one.failed else str(one.queries)


def _system(row: Mapping[str, str]) -> System:
    parts = [row["retriever"], row["generator_llm"], row["reranker"]]
    kind = row["kind"].rpartition(": ")[2]
    name = " + ".join(part for part in parts if part)
    return System(f"{kind} {name}" if row["generator_llm"] else name, {task: float(row[task]) for task in TASKS})


def _mean(system: System) -> str:
    return "-" if system.mean is None else f"{system.mean:.2f}"


def _row(name: str, cells: Sequence[str], last: str) -> str:
    return "  ".join([f"{name[:44]:44}", *(f"{cell[:16]:>16}" for cell in cells), f"{last:>9}"]).rstrip()


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
