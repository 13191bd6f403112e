"""The judged sets by name, each read from its folder beneath one data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from wardround.corpora.records import Passage
from wardround.errors import EvaluationError
from wardround.evals.retrieval.beir import read_beir
from wardround.evals.retrieval.judged_set import (
    JudgedSet,
    judged_as_released,
    judged_set,
    read_judgements,
    whole_passage,
)
from wardround.evals.tasks.rows import Row, read_rows, texts_by_id


def load_judged_set(name: str, data: Path) -> JudgedSet:
    """The judged set called ``name``.

    Args:
        name: one of ``JUDGED_SETS``.
        data: the folder in which each set has its own folder.

    Raises:
        EvaluationError: there is no such set, or its files are absent or damaged.
    """
    if name not in JUDGED_SETS:
        raise EvaluationError(f"there is no judged set {name!r}; the sets are {', '.join(JUDGED_SETS)}")
    return JUDGED_SETS[name](data)


def _scifact(data: Path) -> JudgedSet:
    """Claims and the abstracts they cite, all of them relevant (the definition of BEIR)."""
    folder = data / "scifact"
    return judged_set(
        "scifact",
        (
            whole_passage(row.text("id"), "scifact", row.text("title"), " ".join(row.texts("sentences")))
            for row in read_rows(folder / "corpus.jsonl.gz")
        ),
        texts_by_id(read_rows(folder / "claims.jsonl"), lambda row: row.text("claim")),
        ((query, passage, min(1, relevance)) for query, passage, relevance in read_judgements(folder / "qrels.tsv")),
    )


def _bioasq_passages(data: Path) -> JudgedSet:
    """Expert questions and the snippets chosen for them."""
    rows = read_rows(data / "bioasq" / "passages.jsonl.gz")
    passages = (whole_passage(row.text("id"), "bioasq", "", row.text("text")) for row in rows)
    return _bioasq("bioasq_passages", data, passages, "qrels_passages.tsv")


def _bioasq_documents(data: Path) -> JudgedSet:
    """Expert questions and the abstracts (as far as snippets quote them) chosen for them."""
    rows = read_rows(data / "bioasq" / "documents.jsonl.gz")
    passages = (whole_passage(row.text("id"), "bioasq", row.text_or_absent("title"), row.text("text")) for row in rows)
    return _bioasq("bioasq_documents", data, passages, "qrels_documents.tsv")


def _bioasq(name: str, data: Path, passages: Iterator[Passage], judgements: str) -> JudgedSet:
    folder = data / "bioasq"
    queries = texts_by_id(read_rows(folder / "questions.jsonl"), lambda row: row.text("question"))
    return judged_set(name, passages, queries, read_judgements(folder / judgements))


def _liveqa_medquad(data: Path) -> JudgedSet:
    """Consumer questions, as librarians summarised them, and graded answers of MedQuAD."""
    folder = data / "liveqa_medquad"
    return judged_set(
        "liveqa_medquad",
        (
            whole_passage(row.text("id"), "medquad", row.text("question"), row.text("text"))
            for row in read_rows(data / "medquad" / "corpus.jsonl.gz")
        ),
        texts_by_id(read_rows(folder / "questions.jsonl"), _summary),
        read_judgements(folder / "qrels.tsv"),
    )


def _summary(row: Row) -> str:
    return row.values.get("summary") or row.text("message")


def _evidence_sections(data: Path) -> JudgedSet:
    """Questions on the effects of treatments and the section of the trial's article that holds the evidence."""
    folder = data / "evidence_inference"
    prompts = list(read_rows(folder / "prompts_labelled.jsonl"))
    return judged_set(
        "evidence_sections",
        (section for row in read_rows(folder / "fulltext.jsonl.gz") for section in _article_sections(row)),
        texts_by_id(prompts, lambda row: row.text("question")),
        (
            (row.text("id"), f"{row.text('pmcid')}/{place}", 1)
            for row in prompts
            for evidence in row.values["evidence"]
            for place in evidence["where"]
        ),
    )


def _article_sections(row: Row) -> Iterator[Passage]:
    article, title = row.text("id"), row.text("title")
    yield whole_passage(
        f"{article}/abstract", "evidence_inference", title, " ".join(part["text"] for part in row.values["abstract"])
    )
    for place, section in enumerate(row.values["sections"]):
        passage = whole_passage(f"{article}/{place}", "evidence_inference", title, section["text"])
        yield replace(passage, heading=tuple(filter(None, (section["heading"] or "").split(" > "))))


def _pubmedqa(data: Path) -> JudgedSet:
    """Questions and the one abstract each was written from."""
    folder = data / "pubmedqa"
    questions = list(read_rows(folder / "questions.jsonl"))
    return judged_set(
        "pubmedqa",
        (
            whole_passage(row.text("id"), "pubmedqa", "", row.text("text"), _year(row))
            for row in read_rows(folder / "corpus.jsonl.gz")
        ),
        texts_by_id(questions, lambda row: row.text("question")),
        ((row.text("id"), passage, 1) for row in questions for passage in row.texts("relevant")),
    )


def _year(row: Row) -> int | None:
    year = str(row.values.get("year") or "")
    return int(year) if year.isdecimal() else None


def _union(data: Path) -> JudgedSet:
    """BioASQ's questions and abstracts among the passages of all other sets, whose ids gain the set's name."""
    wanted = _bioasq_documents(data)
    others = (_scifact, _liveqa_medquad, _pubmedqa, _evidence_sections)
    passages = [
        replace(one, id=f"{other.name}/{one.id}") for other in (read(data) for read in others) for one in other.passages
    ]
    return replace(wanted, name="union", passages=(*wanted.passages, *passages))


def read_r2med(folder: Path) -> JudgedSet:
    """A subset of R2MED (arXiv:2505.14558) in its release format: ``corpus``, ``query`` and ``qrels`` as JSON Lines.

    A judged passage that the corpus lacks counts as not found, as in R2MED's own scoring; so does one without a text.
    Ids may be numbers.

    Raises:
        EvaluationError: a file is absent or damaged.
    """
    judgements = [
        (row.identifier("q_id"), row.identifier("p_id"), _grade(row)) for row in read_rows(folder / "qrels.jsonl")
    ]
    return judged_as_released(
        "r2med",
        (
            whole_passage(row.identifier("id"), "r2med", "", row.text_or_empty("text"))
            for row in read_rows(folder / "corpus.jsonl")
        ),
        texts_by_id(read_rows(folder / "query.jsonl"), lambda row: row.text("text")),
        judgements,
    )


def _grade(row: Row) -> int:
    grade = row.values.get("score")
    if not isinstance(grade, int) or isinstance(grade, bool):
        raise row.wrong("score", "must be a whole number")
    return grade


JUDGED_SETS: dict[str, Callable[[Path], JudgedSet]] = {
    "scifact": _scifact,
    "bioasq_passages": _bioasq_passages,
    "bioasq_documents": _bioasq_documents,
    "liveqa_medquad": _liveqa_medquad,
    "evidence_sections": _evidence_sections,
    "pubmedqa": _pubmedqa,
    "union": _union,
    "r2med": read_r2med,
    "beir": read_beir,
}
"""Readers of the sets that are known by name; each takes the data folder, the last two the set's own.

BEIR's takes a file of judgements, too.
"""
