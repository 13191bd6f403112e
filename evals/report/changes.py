"""What one run gains over another: the measures that the task has tested, all tests corrected together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from wardround.evals.report.summary import Judged
from wardround.evals.statistics import ContextEffects, PairedDifference, context_effects, holm, paired_difference
from wardround.evals.tasks.task import Measure, Task


@dataclass(frozen=True, slots=True)
class Change:
    """One measure of a run minus that of the first.

    Attributes:
        p_value: adjusted by Holm over the tested measures of all pairs.
    """

    measure: Measure
    change: PairedDifference
    p_value: float


@dataclass(frozen=True, slots=True)
class Pair:
    """One run against the first.

    Attributes:
        changes: of the measures that are tested, the headline first.
        effects: over-reliance and help, the first run taken as the one without passages; None for graded scores.
    """

    other: str
    changes: tuple[Change, ...]
    effects: ContextEffects | None

    @property
    def change(self) -> PairedDifference:
        """Headline of ``other`` minus headline of the first."""
        return self.changes[0].change

    @property
    def p_value(self) -> float:
        """Of the headline's change, adjusted."""
        return self.changes[0].p_value


Differ = Callable[[Sequence[Judged], Sequence[Judged], Measure], PairedDifference]
"""The difference of two runs over the same items under one measure."""


def pairs_against_first(judged: Mapping[str, Sequence[Judged]], task: Task, differ: Differ) -> list[Pair]:
    """Each further run against the first under every measure that the task has tested.

    Args:
        judged: every item of each run, in one order, by name of the run.
        task: of all runs.
        differ: takes the difference.
    """
    measures = task.measures if task.tested == "all" else task.measures[:1]
    (_, first), *others = judged.items()
    found = [(name, measure, differ(first, run, measure)) for name, run in others for measure in measures]
    adjusted = holm([change.p_value for _, _, change in found])
    changes = [
        (name, Change(measure, change, p_value))
        for (name, measure, change), p_value in zip(found, adjusted, strict=True)
    ]
    return [
        Pair(other, tuple(change for name, change in changes if name == other), _effects(first, run))
        for other, run in others
    ]


def over_items(first: Sequence[Judged], other: Sequence[Judged], measure: Measure) -> PairedDifference:
    """The difference of the means over all items, those of one cluster together."""
    return paired_difference(values_of(first, measure), values_of(other, measure), _clusters(first))


def values_of(judged: Sequence[Judged], measure: Measure) -> list[float]:
    """What each item scores by the measure, which applies to all of them."""
    if measure.figure is None:
        return [entry.score.value for entry in judged]
    return [entry.score.figures[measure.figure] for entry in judged]


def _effects(first: Sequence[Judged], other: Sequence[Judged]) -> ContextEffects | None:
    before, after = ([entry.score.value for entry in run] for run in (first, other))
    if any(value not in (0, 1) for value in (*before, *after)):
        return None
    return context_effects([value == 1 for value in before], [value == 1 for value in after], _clusters(first))


def _clusters(judged: Sequence[Judged]) -> list[str]:
    return [entry.item.cluster for entry in judged]
