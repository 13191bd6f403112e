"""An experiment as its TOML file describes it.

The file names a task and a grid; every combination of the grid's values is one run::

    task = "medqa_us"
    limit = 200
    alpha = 0.3

    [settings]
    "model.kind" = "server"

    [grid]
    mode = ["closed-book", "rag", "agent"]
    "agent.k" = [4, 16]

A search over a judged set, such as ``retrieval_scifact``, has a grid of retrievers in place of modes, and perhaps of
query modes::

    [grid]
    retriever = ["bm25", "dense", "fused"]
    query_mode = ["original", "hyde", "planned"]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, get_args

from wardround.errors import EvaluationError
from wardround.evals.report.risk import DELTA, Promise
from wardround.evals.retrieval.query_modes import QueryMode
from wardround.evals.retrieval.searching import RETRIEVERS, RetrieverName
from wardround.evals.systems.build import MODES, Mode
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX

_KNOWN = {"task", "limit", "seed", "concurrency", "alpha", "delta", "settings", "grid"}
_QUERY_MODE = "query_mode"
"""An axis of searches that is no setting."""

_BESIDE_RETRIEVAL = ("model.",)
"""Settings that matter to a model asked closed-book; the rest of the grid would only repeat such a run."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of an experiment.

    Attributes:
        name: of its folder, made of what varies.
        way: the mode in which questions are answered, or the retriever that searches.
        settings: dotted names and values, the experiment's own included.
        query_mode: what queries are before they are searched for; of searches.
    """

    name: str
    way: Mode | RetrieverName
    settings: Mapping[str, Any]
    query_mode: QueryMode = "original"


@dataclass(frozen=True, slots=True)
class Experiment:
    """A task and the runs to compare on it.

    Attributes:
        searches: whether the runs are searches over a judged set, and their ways retrievers.
        promise: the risk to certify numbers of passages for; None when the file names no ``alpha``.
    """

    task: str
    searches: bool
    cells: tuple[Cell, ...]
    limit: int | None = None
    seed: int = 0
    concurrency: int = 8
    promise: Promise | None = None


def read_experiment(path: Path) -> Experiment:
    """The experiment that a TOML file describes.

    Raises:
        EvaluationError: the file cannot be read, or names something unknown; says what.
    """
    try:
        plan = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist: name the file of the experiment") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} is not TOML: {error}") from error
    if unknown := sorted(set(plan) - _KNOWN):
        raise EvaluationError(f"{path}: {unknown[0]!r} is none of {', '.join(sorted(_KNOWN))}")
    if "task" not in plan:
        raise EvaluationError(f"{path}: 'task' is missing; name the task to run")
    task = task_named(plan["task"]).name
    searches = task.startswith(PREFIX)
    ways = ("retriever", RETRIEVERS) if searches else ("mode", MODES)
    grid = _table(path, plan, "grid")
    if _QUERY_MODE in grid and not searches:
        raise EvaluationError(
            f"{path}: grid.{_QUERY_MODE} is of searches over a judged set, such as {PREFIX}scifact, and {task} asks "
            "questions"
        )
    return Experiment(
        task=task,
        searches=searches,
        cells=_cells(path, ways, _table(path, plan, "settings"), grid),
        limit=_whole(path, plan, "limit", None),
        seed=_whole(path, plan, "seed", 0) or 0,
        concurrency=_whole(path, plan, "concurrency", 8) or 1,
        promise=_promise(path, plan),
    )


def _cells(
    path: Path, ways: tuple[str, Sequence[str]], settings: Mapping[str, Any], grid: Mapping[str, Any]
) -> tuple[Cell, ...]:
    axis, known = ways
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            raise EvaluationError(f"{path}: grid.{name} must be a list of at least one value")
    chosen_ways = grid.get(axis, [])
    if not chosen_ways:
        raise EvaluationError(f"{path}: grid.{axis} is missing; name at least one of {', '.join(known)}")
    for name, allowed in ((axis, known), (_QUERY_MODE, get_args(QueryMode))):
        if strange := [value for value in grid.get(name, ()) if value not in allowed]:
            raise EvaluationError(f"{path}: grid.{name} names {strange[0]!r}, which is none of {', '.join(allowed)}")
    cells: dict[str, Cell] = {}
    names = [name for name in grid if name != axis]
    for way in chosen_ways:
        varied = [name for name in names if way != "closed-book" or name.startswith(_BESIDE_RETRIEVAL)]
        for values in product(*(grid[name] for name in varied)):
            chosen = dict(zip(varied, values, strict=True))
            cell = _slug(way, chosen)
            query_mode = chosen.pop(_QUERY_MODE, "original")
            cells[cell] = Cell(cell, way, {**settings, **chosen}, query_mode)
    return tuple(cells.values())


def _slug(way: str, chosen: Mapping[str, Any]) -> str:
    """A folder's name: ``agent k=16``; slashes of model names and the like become dashes."""
    parts = [way, *(f"{name.rpartition('.')[2]}={value}" for name, value in chosen.items())]
    return re.sub(r"[^\w.=-]+", "-", " ".join(parts)).strip("-")


def _table(path: Path, plan: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = plan.get(name, {})
    if not isinstance(value, dict):
        raise EvaluationError(f"{path}: {name} must be a table")
    return value


def _promise(path: Path, plan: Mapping[str, Any]) -> Promise | None:
    if "alpha" not in plan:
        if "delta" in plan:
            raise EvaluationError(f"{path}: 'delta' says how sure, but 'alpha', the risk to keep below, is missing")
        return None
    return Promise(_share(path, plan, "alpha"), _share(path, plan, "delta") if "delta" in plan else DELTA)


def _share(path: Path, plan: Mapping[str, Any], name: str) -> float:
    value = plan[name]
    if not isinstance(value, float) or not 0 < value < 1:
        raise EvaluationError(f"{path}: {name} must be a number between 0 and 1")
    return value


def _whole(path: Path, plan: Mapping[str, Any], name: str, default: int | None) -> int | None:
    value = plan.get(name, default)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise EvaluationError(f"{path}: {name} must be a whole number")
    return value
