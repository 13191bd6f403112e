"""Questions with the generic names of their drugs and with brand names instead (RABBITS, arXiv:2406.12066).

Both forms of a question are items of one cluster, so the breakdown by form carries the right intervals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.records import Gold, Item
from wardround.evals.scoring import ChoiceScorer
from wardround.evals.tasks.forms import Form, any_form
from wardround.evals.tasks.rows import Row, each_once, read_rows, read_table
from wardround.evals.tasks.task import Task

PAIRED_ROWS = "medqa_brand_swap.jsonl"
ANNOTATIONS = "annotated_medqa_new.csv"
"""The authors' own table: the question twice in one row, and what their physicians made of the exchange."""

_ENDINGS = ("ending0", "ending1", "ending2", "ending3")
_QUESTION = ("id", "sent1", "sent2", *_ENDINGS, "label", "found_keywords", "local_id")
_VERDICT = "keep/drop"
_COLUMNS = (*_QUESTION, "", *(f"brand {column}" for column in _QUESTION), _VERDICT, "remark")


def _load_paired_rows(folder: Path) -> Iterator[Item]:
    rows = read_rows(folder / PAIRED_ROWS)
    return each_once((item, row.place) for row in rows for item in _pair_of(row))


def _pair_of(row: Row) -> tuple[Item, Item]:
    identifier, cluster = row.text("id"), row.text("medqa_id")
    generic, brand = row.options("options_original"), row.options("options_brand")
    gold = row.one_of("answer_idx", generic)
    return (
        _item(identifier, cluster, "generic", row.text("question_original"), generic, gold),
        _item(identifier, cluster, "brand", row.text("question_brand"), brand, row.one_of("answer_idx", brand)),
    )


def _load_annotations(folder: Path) -> Iterator[Item]:
    """Those pairs that the physicians kept; both halves of a row must be about one question."""
    rows = read_table(folder / ANNOTATIONS, _COLUMNS)
    for heading in islice(rows, 1):
        if heading.values[_VERDICT] != _VERDICT:
            raise EvaluationError(
                f"{heading.place} is not the heading of RABBITS' table: column 22 must be {_VERDICT!r}"
            )
    kept = (row for row in rows if row.values[_VERDICT] == "keep")
    return each_once((item, row.place) for row in kept for item in _annotated_pair(row))


def _annotated_pair(row: Row) -> tuple[Item, Item]:
    identifier = f"{_number(row):04d}"
    if row.values["brand id"] != row.values["id"]:
        raise row.wrong("brand id", f"is {row.values['brand id']!r} beside {row.values['id']!r}")
    generic, brand = (_half(row, identifier, form, prefix) for form, prefix in (("generic", ""), ("brand", "brand ")))
    return generic, brand


def _half(row: Row, identifier: str, form: str, prefix: str) -> Item:
    endings = zip("ABCD", _ENDINGS, strict=True)
    options = {letter: row.text(f"{prefix}{ending}") for letter, ending in endings}
    gold = "ABCD"[int(row.one_of(f"{prefix}label", "0123"))]
    return _item(identifier, identifier, form, row.text(f"{prefix}sent1"), options, gold)


def _number(row: Row) -> int:
    """Of the question within MedQA's test part, from an id such as ``test-00002``."""
    number = row.text("id").removeprefix("test-")
    if not (number.isascii() and number.isdigit()):
        raise row.wrong("id", f"is {row.values['id']!r}, where test- and a number are expected")
    return int(number)


def _item(identifier: str, cluster: str, form: str, question: str, options: Mapping[str, str], gold: str) -> Item:
    return Item(
        id=f"{identifier}:{form}",
        question=question,
        gold=Gold(letter=gold),
        cluster=cluster,
        options=dict(options),
        facets={"drug names": form},
    )


BRAND_NAMES = Task(
    name="rabbits",
    title="MedQA with generic and with brand names (RABBITS, arXiv:2406.12066)",
    folder="rabbits",
    load=any_form(Form(PAIRED_ROWS, _load_paired_rows), Form(ANNOTATIONS, _load_annotations)),
    prompts=("multiple_choice",),
    scorer=ChoiceScorer(),
    chance=0.25,
)
