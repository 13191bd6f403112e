"""Several runs over the same questions: which differences are beyond chance, and what each run cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from wardround.errors import EvaluationError
from wardround.evals.records import Item
from wardround.evals.report.changes import Pair, over_items, pairs_against_first
from wardround.evals.report.risk import Promise, RiskByK, risks_by_k
from wardround.evals.report.summary import Judged, Summary, judge, summarise
from wardround.evals.tasks.judged_retrieval import CORPUS
from wardround.evals.tasks.task import Task


@dataclass(frozen=True, slots=True)
class Compared:
    """Runs by name, in the order given, and each further one against the first.

    Attributes:
        judged: every item of each run, by name of the run.
        risks: risk against the number of passages, where runs differ in it.
    """

    task: Task
    runs: dict[str, Summary]
    pairs: tuple[Pair, ...]
    judged: Mapping[str, Sequence[Judged]] = field(repr=False)
    risks: tuple[RiskByK, ...] = ()

    @property
    def first(self) -> str:
        """The run that the others are held against."""
        return next(iter(self.runs))

    def seconds(self, run: str) -> float:
        """Of an item, on average, as this machine measured them."""
        return fmean(entry.result.seconds for entry in self.judged[run])


def compare_runs(
    items: Iterable[Item], folders: Sequence[Path], task: Task, promise: Promise | None = None
) -> Compared:
    """Compares finished runs; the first one is what the others are held against.

    Args:
        items: those of the runs, in the task's order.
        folders: of at least two runs.
        task: the task all of them answered.
        promise: which risk to certify numbers of passages for; none when left out.

    Raises:
        EvaluationError: fewer than two runs, an unfinished one, or runs over different questions.
    """
    runs, judged = judged_runs(items, folders, task)
    pairs = pairs_against_first(judged, task, over_items)
    risks = risks_by_k({name: run.manifest for name, run in runs.items()}, judged, promise)
    return Compared(task, runs, tuple(pairs), judged, tuple(risks))


def judged_runs(
    items: Iterable[Item], folders: Sequence[Path], task: Task
) -> tuple[dict[str, Summary], dict[str, list[Judged]]]:
    """The figures and the judged items of runs that can be compared, by name, in the order of ``folders``.

    Raises:
        EvaluationError: as ``compare_runs``.
    """
    if len(folders) < 2:
        raise EvaluationError("a comparison needs the folders of at least two runs")
    asked = list(items)
    names = short_names(folders)
    judged = {name: judge(asked, folder, task) for name, folder in zip(names, folders, strict=True)}
    runs = {name: summarise(judged[name], folder, task) for name, folder in zip(names, folders, strict=True)}
    _comparable(runs, task)
    return runs, judged


def short_names(folders: Sequence[Path]) -> list[str]:
    """The folders' own names, or their whole paths where two have the same."""
    short = [folder.name for folder in folders]
    names = short if len(set(short)) == len(short) else [str(folder) for folder in folders]
    if len(set(names)) < len(names):
        raise EvaluationError("the same run is named twice: name each folder once")
    return names


def _comparable(runs: dict[str, Summary], task: Task) -> None:
    first_name, first = next(iter(runs.items()))
    for name, run in runs.items():
        if run.manifest.task != task.name:
            raise EvaluationError(
                f"{name} is a run of {run.manifest.task}, not of {task.name}: compare runs of one task"
            )
        for part in ("data", "scorer"):
            here, there = getattr(run.manifest, part), getattr(first.manifest, part)
            if here != there:
                raise EvaluationError(
                    f"{first_name} and {name} cannot be compared: {part} is {there!r} in one and {here!r} in the other"
                )
        here, there = (one.manifest.system.get(CORPUS) for one in (run, first))
        if here != there:
            raise EvaluationError(f"{first_name} and {name} cannot be compared: one searched {there}, the other {here}")
        if run.missing:
            raise EvaluationError(f"{name} is unfinished, {run.missing} items have no result: resume it first")
