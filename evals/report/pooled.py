"""Runs of one system over several tasks as one: the figures are unweighted means over the tasks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from wardround.agent.models.protocol import Usage
from wardround.evals.report.changes import pairs_against_first, values_of
from wardround.evals.report.compared import Compared
from wardround.evals.report.summary import OUTCOMES, Cost, Group, Judged, Summary
from wardround.evals.runner import Manifest
from wardround.evals.statistics import Interval, PairedDifference, stratified_difference, stratified_mean
from wardround.evals.tasks.task import Measure, Task

FACET = "task"
"""By which the items of a pool are broken down: the name of the task each belongs to."""


class Part(NamedTuple):
    """One task's run: its figures, and its judged items."""

    summary: Summary
    judged: Sequence[Judged]


Pool = Mapping[str, Part]
"""The parts by the names of their tasks."""


def pooled_mean(pool: Pool, measure: Measure) -> Interval | None:
    """The unweighted mean over the tasks, by the bootstrap that draws queries within each task."""
    return stratified_mean([values_of(part.judged, measure) for part in pool.values()])


def compare_pools(pools: Mapping[str, Pool], task: Task) -> Compared:
    """Systems over the same tasks, item by item; the first one is what the others are held against.

    Args:
        pools: by name of the system; all of the same tasks, over the same items in the same order.
        task: names the whole, its measures, and which of them are tested.
    """
    judged = {name: _items(pool) for name, pool in pools.items()}
    runs = {name: _summary(pool, judged[name], task) for name, pool in pools.items()}
    return Compared(task, runs, tuple(pairs_against_first(judged, task, _within_tasks)), judged)


def _within_tasks(first: Sequence[Judged], other: Sequence[Judged], measure: Measure) -> PairedDifference:
    return stratified_difference(_by_task(first, measure), _by_task(other, measure))


def _by_task(judged: Sequence[Judged], measure: Measure) -> list[list[float]]:
    members: dict[str, list[Judged]] = {}
    for entry in judged:
        members.setdefault(entry.item.facets[FACET], []).append(entry)
    return [values_of(held, measure) for held in members.values()]


def _items(pool: Pool) -> list[Judged]:
    """All items, each under the name of its task, since tasks number their queries alike."""
    return [
        entry._replace(
            item=replace(
                entry.item,
                id=f"{task}/{entry.item.id}",
                cluster=f"{task}/{entry.item.cluster}",
                facets={**entry.item.facets, FACET: task},
            )
        )
        for task, part in pool.items()
        for entry in part.judged
    ]


def _summary(pool: Pool, judged: Sequence[Judged], task: Task) -> Summary:
    parts = [part.summary for part in pool.values()]
    figures = tuple((measure, pooled_mean(pool, measure)) for measure in task.measures)
    return Summary(
        task=task,
        manifest=_manifest(pool, task),
        figures=figures,
        outcomes={outcome: sum(one.outcomes[outcome] for one in parts) for outcome in OUTCOMES},
        missing=sum(one.missing for one in parts),
        groups=tuple(Group(FACET, name, part.summary.headline) for name, part in pool.items() if part.summary.headline),
        calibration=None,
        arbitrated=None,
        rounds={},
        recall=(),
        cost=_cost([one.cost for one in parts], judged),
    )


def _cost(costs: Sequence[Cost], judged: Sequence[Judged]) -> Cost:
    tokens = tuple(count for one in costs for count in one.tokens)
    earned = sum(entry.score.value for entry in judged)
    usage = sum((one.usage for one in costs), Usage())
    return Cost(usage, sum(tokens) / earned if earned else None, tokens)


def _manifest(pool: Pool, task: Task) -> Manifest:
    """What identifies the whole: the runs it is made of."""
    manifests = {name: part.summary.manifest for name, part in pool.items()}
    data = json.dumps({name: one.data for name, one in manifests.items()}, sort_keys=True)
    first = next(iter(manifests.values()))
    return Manifest(
        task=task.name,
        mode=first.mode,
        items=sum(one.items for one in manifests.values()),
        data=hashlib.sha256(data.encode()).hexdigest()[:16],
        scorer=first.scorer,
        limit=first.limit,
        seed=first.seed,
        system={"runs": {name: one.fingerprint for name, one in manifests.items()}},
    )
