"""Chunks as MedRAG publishes them, read as they are; and our passages written in the same form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import Field

from wardround.corpora.jsonl import Row, digest_of, rows
from wardround.corpora.plaintext import one_line
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document, Passage, Section
from wardround.errors import CorpusError

READER = 2


class _Chunk(Row):
    id: str = Field(min_length=1)
    title: str
    content: str
    pmid: str | int | None = Field(default=None, validation_alias="PMID")


class MedragChunks:
    """MedRAG's chunk files (``id``, ``title``, ``content``, ``contents``), one document for each chunk.

    Args:
        path: a ``.jsonl`` file, compressed or not, or a folder of them.
        name: name of the corpus, such as ``textbooks``; document ids are ``<name>:<id of the chunk>``.
        licence: the licence of the texts.
        on_bad: receives chunks that cannot be used; by default the first stops the reading.
    """

    def __init__(self, path: Path, name: str, licence: str = "not stated", on_bad: OnBadRecord = refuse) -> None:
        self._path = path
        self._name = name
        self._licence = licence
        self._on_bad = on_bad

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of the files."""
        version = digest_of(self._files(), f"medrag {READER}")
        return CorpusInfo(self._name, version, self._licence, f"{self._path.name} in MedRAG's form")

    def documents(self) -> Iterator[Document]:
        """One document for each chunk, files in order of their names.

        Raises:
            CorpusError: there is no file, or one cannot be opened; or, without ``on_bad``, a chunk is bad.
        """
        seen: set[str] = set()
        for path in self._files():
            for chunk in rows(path, _Chunk, self._on_bad):
                text = one_line(chunk.content)
                reason = "no content" if not text else "the id was used before" if chunk.id in seen else None
                if reason:
                    self._on_bad(BadRecord(str(path), f"id {chunk.id!r}", reason))
                    continue
                seen.add(chunk.id)
                sections = (Section((), 0, len(text)),)
                yield Document(f"{self._name}:{chunk.id}", self._name, self._biblio(chunk), text, sections)

    def _biblio(self, chunk: _Chunk) -> Biblio:
        pmid = str(chunk.pmid) if chunk.pmid is not None else None
        url = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else None
        licence = self._licence if self._licence != "not stated" else None
        return Biblio(title=one_line(chunk.title), pmid=pmid, url=url, licence=licence)

    def _files(self) -> list[Path]:
        if not self._path.is_dir():
            return [self._path]
        files = sorted(path for path in self._path.iterdir() if path.name.endswith((".jsonl", ".jsonl.gz")))
        if not files:
            raise CorpusError(f"{self._path}: no .jsonl files in it")
        return files


def medrag_lines(passages: Iterable[Passage]) -> Iterator[str]:
    """Our passages as lines of MedRAG's chunk files; ``title`` holds the heading path as well.

    ``contents`` is title, a full stop, and content, as MedRAG's retrievers index it.
    """
    for passage in passages:
        content = one_line(passage.text)
        contents = f"{passage.path.rstrip('.')}. {content}" if passage.path else content
        row = {"id": passage.id, "title": passage.path, "content": content, "contents": contents}
        yield json.dumps(row, ensure_ascii=False)
