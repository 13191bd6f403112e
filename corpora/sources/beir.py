"""Corpora in the form of BEIR and R2MED: one JSON object a line with an id, a text and perhaps a title."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import AliasChoices, Field

from wardround.corpora.jsonl import Row, digest_of, rows
from wardround.corpora.layout import Layout
from wardround.corpora.prose import add_prose
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document

READER = 3


class _Row(Row):
    id: str = Field(min_length=1, validation_alias=AliasChoices("_id", "id"))
    text: str = ""
    sentences: list[str] = Field(default_factory=list)
    title: str = ""
    pmid: str | int | None = None
    pmcid: str | None = None
    doi: str | None = None
    journal: str | None = None
    year: int | str | None = None
    url: str | None = None
    licence: str | None = Field(default=None, validation_alias=AliasChoices("license", "licence"))


class BeirCorpus:
    """A ``corpus.jsonl`` of BEIR (``_id``, ``title``, ``text``) or R2MED (``id``, ``text``).

    Rows may also carry ``sentences`` in place of ``text``, and ``pmid``, ``pmcid``, ``doi``, ``journal``,
    ``year``, ``url`` and ``license``, which then appear in references.

    Args:
        path: the file, ``.jsonl`` or ``.jsonl.gz``.
        name: name of the corpus; document ids are ``<name>:<id of the row>``.
        licence: the licence of the whole, for rows that state none.
        on_bad: receives rows that cannot be used; by default the first stops the reading.
    """

    def __init__(self, path: Path, name: str, licence: str = "not stated", on_bad: OnBadRecord = refuse) -> None:
        self._path = path
        self._name = name
        self._licence = licence
        self._on_bad = on_bad

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of the file."""
        version = digest_of([self._path], f"beir {READER}")
        return CorpusInfo(self._name, version, self._licence, f"{self._path.name} in the form of BEIR")

    def documents(self) -> Iterator[Document]:
        """One document for each row with text.

        Raises:
            CorpusError: the file cannot be opened; or, without ``on_bad``, a row cannot be used.
        """
        seen: set[str] = set()
        for row in rows(self._path, _Row, self._on_bad):
            layout = Layout()
            add_prose(layout, row.text or " ".join(row.sentences))
            text, sections = layout.build()
            reason = "no text" if not sections else "the id was used before" if row.id in seen else None
            if reason:
                self._on_bad(BadRecord(str(self._path), f"id {row.id!r}", reason))
                continue
            seen.add(row.id)
            yield Document(f"{self._name}:{row.id}", self._name, self._biblio(row), text, sections)

    def _biblio(self, row: _Row) -> Biblio:
        pmid = str(row.pmid) if row.pmid is not None else None
        return Biblio(
            title=row.title.strip().rstrip("."),
            year=_year(row.year),
            journal=row.journal,
            doi=row.doi,
            pmid=pmid,
            pmcid=row.pmcid,
            url=row.url or (f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None),
            licence=row.licence or (self._licence if self._licence != "not stated" else None),
        )


def _year(stated: int | str | None) -> int | None:
    """The year as a number; some publish it as a string, and what is no year then is none."""
    if isinstance(stated, str):
        return int(stated) if stated.isdecimal() and len(stated) == 4 else None
    return stated
