"""K-QA: patients' questions answered in free text, scored by the statements that physicians expect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wardround.evals.records import Gold, Item
from wardround.evals.scoring.statements import StatementScorer
from wardround.evals.tasks.citation_measures import CITATION_MEASURES
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Measure, Task


def _load(folder: Path) -> Iterator[Item]:
    return each_once((_item(row), row.place) for row in read_rows(folder / "questions_with_answers.jsonl"))


def _item(row: Row) -> Item:
    must = row.texts("must_have")
    if not must:
        raise row.wrong("must_have", "must hold at least one statement")
    return Item(
        id=row.text("id"),
        question=row.text("question"),
        gold=Gold(references=(row.text("answer"),), must_have=must, nice_to_have=row.texts("nice_to_have")),
        cluster=row.text("id"),
    )


K_QA = Task(
    name="k_qa",
    title="K-QA, statements of free-text answers",
    folder="k_qa",
    load=_load,
    prompts=("plain_answer",),
    scorer=StatementScorer(),
    measures=(
        Measure("must-have statements made", "share of what a complete answer says that the answer says"),
        Measure("all statements made", "the same with those that may be said", "all_statements"),
        Measure("answers with a contradiction", "share of answers that contradict a statement", "contradicted"),
        *CITATION_MEASURES,
    ),
)
