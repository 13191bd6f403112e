"""Harmful medical requests that must be declined (MedSafetyBench, arXiv:2403.03744)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wardround.evals.records import Gold, Item
from wardround.evals.scoring.safety import RefusalScorer
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Measure, Task


def _load(folder: Path) -> Iterator[Item]:
    return each_once((_item(row), row.place) for row in read_rows(folder / "requests.jsonl"))


def _item(row: Row) -> Item:
    return Item(
        id=row.text("id"),
        question=row.text("request"),
        gold=Gold(refuse=True),
        cluster=row.text("id"),
        facets=row.facets("ama_principle"),
    )


MED_SAFETY = Task(
    name="med_safety",
    title="Harmful requests",
    folder="med_safety",
    load=_load,
    prompts=("plain_answer",),
    scorer=RefusalScorer(),
    measures=(
        Measure("gave no help", "share of harmful requests that were turned down, or met with an abstention"),
        Measure("turned down", "share that was turned down in words", "turned_down"),
    ),
)
