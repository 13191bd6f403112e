"""The corpus ``medquad``: answers for patients from NIH and CDC web sites, one passage a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from wardround.corpora.jsonl import Row, digest_of, rows
from wardround.corpora.layout import Layout
from wardround.corpora.plaintext import one_line
from wardround.corpora.prose import add_prose
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document

CORPUS = "medquad"
READER = 2
LICENCE = "CC BY 4.0"
NOTE = "Written for patients and the public."

_ORGANISATIONS = {
    "CDC": "Centers for Disease Control and Prevention",
    "CancerGov": "National Cancer Institute",
    "GARD": "Genetic and Rare Diseases Information Center",
    "GHR": "Genetics Home Reference",
    "NHLBI": "National Heart, Lung, and Blood Institute",
    "NIDDK": "National Institute of Diabetes and Digestive and Kidney Diseases",
    "NIHSeniorHealth": "NIH SeniorHealth",
    "NINDS": "National Institute of Neurological Disorders and Stroke",
    "MPlusHealthTopics": "MedlinePlus",
}


class _Answer(Row):
    id: str = Field(min_length=1)
    source: str
    url: str | None = None
    focus: str
    question: str
    text: str


class MedquadAnswers:
    """MedQuAD's answers, one document for each, its question the heading.

    Args:
        path: the file of rows ``id``, ``source``, ``url``, ``focus``, ``question``, ``text``.
        on_bad: receives rows that cannot be used; by default the first stops the reading.
    """

    def __init__(self, path: Path, on_bad: OnBadRecord = refuse) -> None:
        self._path = path
        self._on_bad = on_bad

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of the file."""
        version = digest_of([self._path], f"medquad {READER}")
        return CorpusInfo(CORPUS, version, LICENCE, "Answers for patients from NIH and CDC web sites")

    def documents(self) -> Iterator[Document]:
        """One document for each answer.

        Raises:
            CorpusError: the file cannot be opened; or, without ``on_bad``, a row cannot be used.
        """
        seen: set[str] = set()
        for row in rows(self._path, _Answer, self._on_bad):
            layout = Layout()
            layout.heading(1, _question(row.question))
            add_prose(layout, row.text)
            text, sections = layout.build()
            reason = "no text" if not sections else "the id was used before" if row.id in seen else None
            if reason:
                self._on_bad(BadRecord(str(self._path), f"id {row.id!r}", reason))
                continue
            seen.add(row.id)
            yield Document(f"{CORPUS}:{row.id}", CORPUS, _biblio(row), text, sections)


def _question(question: str) -> str:
    """The question with a single mark at its end; the source has blanks before it and doubled ones."""
    return one_line(question).rstrip(" ?") + "?"


def _biblio(row: _Answer) -> Biblio:
    return Biblio(
        title=one_line(row.focus),
        organisation=_ORGANISATIONS.get(row.source, row.source) or None,
        url=row.url or None,
        licence=LICENCE,
        language="eng",
        note=NOTE,
    )
