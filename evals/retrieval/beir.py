"""Folders in BEIR's format (arXiv:2104.08663): ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``.

The first two may be packed (``.gz``). Instead of the folder, a file of judgements other than ``qrels/test.tsv`` may be
named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.retrieval.judged_set import JudgedSet, judged_set, read_judgements, whole_passage
from wardround.evals.tasks.rows import read_rows, texts_by_id


def read_beir(data: Path) -> JudgedSet:
    """The whole set. A document may have a title alone, as some of BEIR's TREC-COVID have.

    Args:
        data: the set's folder, or the file of its judgements.

    Raises:
        EvaluationError: a file is absent or damaged.
    """
    return judged_set(
        "beir",
        (
            whole_passage(row.identifier("_id"), "beir", row.text_or_absent("title"), row.text_or_empty("text"))
            for row in read_rows(_packed_or_not(_folder(data) / "corpus.jsonl"))
        ),
        read_queries(data),
        read_qrels(data),
    )


def read_queries(data: Path) -> dict[str, str]:
    """The queries by their ids.

    Raises:
        EvaluationError: the file is absent or damaged, or an id comes twice.
    """
    return texts_by_id(read_rows(_packed_or_not(_folder(data) / "queries.jsonl")), lambda row: row.text("text"), "_id")


def read_qrels(data: Path) -> Iterator[tuple[str, str, int]]:
    """Query, passage and relevance of each judgement.

    Raises:
        EvaluationError: the file is absent or damaged, or it is not plain which of several is meant.
    """
    return read_judgements(data if data.is_file() else _test_judgements(data))


def _folder(data: Path) -> Path:
    return data.parent.parent if data.is_file() else data


def _test_judgements(folder: Path) -> Path:
    test = folder / "qrels" / "test.tsv"
    others = sorted((folder / "qrels").glob("*.tsv"))
    if others and test not in others:
        raise EvaluationError(
            f"{test} does not exist, and {', '.join(one.name for one in others)} beside it may be meant: name the "
            f"file, such as --data {others[0]}"
        )
    return test


def _packed_or_not(path: Path) -> Path:
    packed = path.with_name(f"{path.name}.gz")
    return packed if packed.is_file() and not path.is_file() else path
