"""What a task is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wardround.evals.records import Item, Scorer


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure reported for a task: the mean over its items of one of their figures.

    Attributes:
        name: as tables show it.
        figure: which of ``Score.figures``; None for ``Score.value``.
        says: one line on what a high value means.
    """

    name: str
    says: str
    figure: str | None = None


ACCURACY = Measure("accuracy", "share of questions answered with the right option; no answer is wrong")


@dataclass(frozen=True, slots=True)
class Task:
    """One evaluation: its questions, how they are put, and how answers are judged.

    Attributes:
        name: on the command line.
        title: for people.
        folder: the data folder's usual name.
        load: the items of a data folder, in a stable order.
        prompts: names of the prompt templates its modes use.
        scorer: turns results into scores.
        measures: the first is the headline.
        evidence: ``searched`` when the system has to find it, ``given`` when it comes with the item.
        chance: the headline that guessing reaches, where that is known.
        tested: which measures a comparison of runs tests; of ``all``, each item must have every figure.
    """

    name: str
    title: str
    folder: str
    load: Callable[[Path], Iterator[Item]]
    prompts: tuple[str, ...]
    scorer: Scorer
    measures: tuple[Measure, ...] = (ACCURACY,)
    evidence: Literal["searched", "given"] = "searched"
    chance: float | None = None
    tested: Literal["headline", "all"] = "headline"
