"""Evidence Inference 2.0: what a trial reports for an outcome, from its abstract (arXiv:2005.04177)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from wardround.evals.records import Gold, Item
from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.rows import Row, each_once, read_rows
from wardround.evals.tasks.task import Task

_OPTIONS = {
    "A": "It was significantly higher with the intervention",
    "B": "It was significantly lower with the intervention",
    "C": "There was no significant difference",
}
_LETTERS = {"significantly increased": "A", "significantly decreased": "B", "no significant difference": "C"}
_UNDECIDED = "disagree"
"""The annotators' own answer where they did not agree; such a prompt has no right option and is left out."""


def _load(folder: Path) -> Iterator[Item]:
    abstracts = {row.text("pmcid"): row.text("text") for row in read_rows(folder / "abstracts.jsonl.gz")}
    rows = (row for row in read_rows(folder / "prompts_labelled.jsonl") if row.values.get("label") != _UNDECIDED)
    return each_once((_item(row, abstracts), row.place) for row in rows)


def _item(row: Row, abstracts: Mapping[str, str]) -> Item:
    label, article = row.one_of("label", _LETTERS), row.text("pmcid")
    return Item(
        id=row.text("id"),
        question=row.text("question"),
        gold=Gold(letter=_LETTERS[label], documents=(article,)),
        # Several questions on one trial share its design and its luck.
        cluster=article,
        options=_OPTIONS,
        facets={"label": label, "abstract": "given" if article in abstracts else "absent"},
        given=(abstracts[article],) if article in abstracts else (),
    )


EVIDENCE_INFERENCE = Task(
    name="evidence_inference",
    title="Evidence inference from abstracts",
    folder="evidence_inference",
    load=_load,
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    evidence="given",
    chance=1 / 3,
)
