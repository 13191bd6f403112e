"""MEDEC: does a clinical text hold a wrong statement (arXiv:2412.19260)?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wardround.evals.records import Gold, Item
from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Task

_OPTIONS = {"A": "One statement in the text is medically wrong", "B": "Every statement in the text is medically right"}


def _load(folder: Path) -> Iterator[Item]:
    return each_once((_item(row), row.place) for row in read_rows(folder / "validation.jsonl"))


def _item(row: Row) -> Item:
    wrong = row.values.get("error")
    if not isinstance(wrong, bool):
        raise row.wrong("error", "must be true or false")
    kind = row.text("error_type") if wrong else "none"
    return Item(
        id=row.text("id"),
        question=f"{row.text('text').strip()}\n\nIs this clinical text medically right?",
        gold=Gold(letter="A" if wrong else "B"),
        cluster=row.text("id"),
        options=_OPTIONS,
        facets={"error": kind},
    )


MEDEC = Task(
    name="medec",
    title="MEDEC error detection",
    folder="medec_ms",
    load=_load,
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.5,
)
