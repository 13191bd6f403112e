"""The starter corpus's own test questions: the right section is cited, or rightly none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wardround.evals.records import Gold, Item
from wardround.evals.scoring.sections import SectionScorer
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Measure, Task


def _load(folder: Path) -> Iterator[Item]:
    return each_once((_item(row), row.place) for row in read_rows(folder / "questions.jsonl"))


def _item(row: Row) -> Item:
    kind = row.one_of("kind", ("answerable", "qualifier", "unanswerable"))
    return Item(
        id=row.text("id"),
        question=row.text("question"),
        gold=Gold(documents=row.texts("documents"), refuse=kind == "unanswerable"),
        cluster=row.text("id"),
        facets={"kind": kind},
    )


STARTER = Task(
    name="starter",
    title="Starter corpus, questions on which no weight was fitted",
    folder="starter",
    load=_load,
    prompts=(),
    scorer=SectionScorer(),
    measures=(
        Measure("right section", "a section that answers is cited, or none where none answers"),
        Measure("citation validity", "citations of a passage that was shown", "validity"),
        Measure("quote match", "quotes that stand word for word at their place", "quote_match"),
    ),
)
