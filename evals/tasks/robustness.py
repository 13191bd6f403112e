"""The same question put in another way: options in another order, other words.

Both forms of a question are items of one cluster, so the breakdown by form carries the right intervals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wardround.evals.records import Item
from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.medqa_us import MEDQA_US
from wardround.evals.tasks.rewording import reworded
from wardround.evals.tasks.rows import read_rows
from wardround.evals.tasks.task import Task

PARAPHRASES = "paraphrases.jsonl"
"""Rows of ``id`` and ``question`` beside the questions, for paraphrases by people or by a model."""


def _load_reordered(folder: Path) -> Iterator[Item]:
    for item in MEDQA_US.load(folder):
        yield replace(item, id=f"{item.id}:given", facets={"order of options": "given"})
        yield reversed_options(item)


def reversed_options(item: Item) -> Item:
    """The item with its option texts in reversed order under the same letters, and its gold letter moved along."""
    letters = list(item.options)
    moved = dict(zip(letters, reversed(letters), strict=True))
    return replace(
        item,
        id=f"{item.id}:reversed",
        options={letter: item.options[moved[letter]] for letter in letters},
        gold=replace(item.gold, letter=moved[item.gold.letter] if item.gold.letter else None),
        facets={"order of options": "reversed"},
    )


def _load_paraphrased(folder: Path) -> Iterator[Item]:
    """Questions that have a paraphrase, in both wordings: those of ``paraphrases.jsonl``, else those of our rules."""
    written = _written_paraphrases(folder / PARAPHRASES)
    for item in MEDQA_US.load(folder):
        other = reworded(item.question) if written is None else written.get(item.id, item.question)
        if other != item.question:
            yield replace(item, id=f"{item.id}:original", facets={"wording": "original"})
            yield replace(item, id=f"{item.id}:paraphrased", question=other, facets={"wording": "paraphrased"})


def _written_paraphrases(path: Path) -> dict[str, str] | None:
    """By id, where somebody has written some."""
    if not path.exists():
        return None
    found: dict[str, str] = {}
    for row in read_rows(path):
        if (identifier := row.text("id")) in found:
            raise row.wrong("id", f"is {identifier!r}, which has a paraphrase already")
        found[identifier] = row.text("question")
    return found


OPTION_ORDER = Task(
    name="medqa_us_reordered",
    title="MedQA-US with its options reversed",
    folder="medqa_us",
    load=_load_reordered,
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)

PARAPHRASED = Task(
    name="medqa_us_paraphrased",
    title="MedQA-US in other words",
    folder="medqa_us",
    load=_load_paraphrased,
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)
