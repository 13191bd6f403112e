"""PubMedQA: yes, no or maybe, each question written from one abstract (arXiv:1909.06146).

Two tasks: with the abstract given, as the data set was meant, and as in MIRAGE's PubMedQA* (official test questions
only, nothing given), where the evidence has to be found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wardround.evals.records import Item
from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.choice_rows import choice_item
from wardround.evals.tasks.mirage_benchmark import or_benchmark
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Task


def _load(folder: Path) -> Iterator[Item]:
    abstracts = {row.text("id"): row.text("text") for row in read_rows(folder / "corpus.jsonl.gz")}
    return each_once((_with_abstract(row, abstracts), row.place) for row in read_rows(folder / "questions.jsonl"))


def _with_abstract(row: Row, abstracts: dict[str, str]) -> Item:
    item = choice_item(row, "answer", "official_split")
    documents = row.texts("relevant")
    if absent := [document for document in documents if document not in abstracts]:
        raise row.wrong("relevant", f"names {absent[0]}, which the corpus does not hold")
    return replace(
        item,
        gold=replace(item.gold, documents=documents),
        given=tuple(abstracts[document] for document in documents),
    )


def _load_searched(folder: Path) -> Iterator[Item]:
    rows = (row for row in read_rows(folder / "questions.jsonl") if row.values.get("official_split") == "test")
    return each_once((choice_item(row, "answer"), row.place) for row in rows)


PUBMEDQA = Task(
    name="pubmedqa",
    title="PubMedQA with its abstracts",
    folder="pubmedqa",
    load=_load,
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    evidence="given",
    chance=1 / 3,
)

PUBMEDQA_SEARCHED = Task(
    name="pubmedqa_searched",
    title="PubMedQA*, abstracts to be found",
    folder="pubmedqa",
    load=or_benchmark("pubmedqa", _load_searched),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=1 / 3,
)
