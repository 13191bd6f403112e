"""The kinds of corpora that can be read, and a corpus of one's own as kind, name and paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wardround.corpora.quarantine import OnBadRecord
from wardround.corpora.source import DocumentSource
from wardround.errors import CorpusError, InputError

NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
NOT_STATED = "not stated"


class CorpusEntry(BaseModel):
    """What must be known to read a corpus again.

    Attributes:
        kind: a key of ``KINDS``.
        name: of the corpus.
        paths: absolute paths of what it is read from.
        licence: of the whole, where its kind states none.
        extras: of its kind's extras, those that are read too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    name: str = Field(pattern=NAME)
    paths: tuple[Path, ...] = ()
    licence: str = NOT_STATED
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of corpus.

    Attributes:
        description: one line, with what the paths must be.
        paths: how many it is read from.
        open: the source of an entry; reads nothing yet.
        name: the corpus' name where the kind decides it.
        extras: parts that are left out unless they are asked for.
    """

    description: str
    paths: Literal["none", "one", "many"]
    open: Callable[[CorpusEntry, OnBadRecord], DocumentSource]
    name: str | None = None
    extras: frozenset[str] = frozenset()


def new_entry(
    kind: str, paths: Sequence[Path], *, name: str | None, licence: str | None, extras: frozenset[str]
) -> CorpusEntry:
    """The entry of a corpus that somebody describes; without a name it is called after its file or folder.

    Raises:
        InputError: there is no such kind, or the rest does not suit it.
    """
    known = KINDS.get(kind)
    if known is None:
        raise InputError(f"there is no kind of corpus {kind!r}; there is {', '.join(KINDS)}")
    _check_paths(kind, known, paths)
    if known.name is not None and name not in (None, known.name):
        raise InputError(f"a corpus of kind {kind} is always called {known.name!r}: leave --name out")
    if unknown := extras - known.extras:
        raise InputError(f"a corpus of kind {kind} has no {', '.join(sorted(unknown))} to include")
    chosen = known.name or name or _name_of(paths[0])
    if not re.fullmatch(NAME, chosen):
        raise InputError(f"{chosen!r} is no name for a corpus: use up to 64 letters, digits, '-' and '_'")
    absolute = tuple(path.expanduser().absolute() for path in paths)
    return CorpusEntry(kind=kind, name=chosen, paths=absolute, licence=licence or NOT_STATED, extras=extras)


def open_corpus(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    """The source of an entry, whose bad records go to ``on_bad``.

    Raises:
        CorpusError: its kind is unknown, or its paths hold nothing of that kind.
        PrerequisiteError: what it is read from is not installed.
    """
    if entry.kind not in KINDS:
        raise CorpusError(f"corpus {entry.name!r} is of the unknown kind {entry.kind!r}: remove it and add it again")
    return KINDS[entry.kind].open(entry, on_bad)


def _check_paths(kind: str, known: Kind, paths: Sequence[Path]) -> None:
    suits = {"none": not paths, "one": len(paths) == 1, "many": len(paths) >= 1}
    if not suits[known.paths]:
        wanted = {"none": "no path", "one": "one path", "many": "at least one path"}[known.paths]
        raise InputError(f"a corpus of kind {kind} is read from {wanted}, not {len(paths)}: {known.description}")
    for path in paths:
        if not path.expanduser().exists():
            raise InputError(f"{path}: no such file or folder")


def _name_of(path: Path) -> str:
    stem = path.expanduser().absolute().name.partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "documents"


def _guidelines(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.guidelines import GuidelineSummaries

    return GuidelineSummaries()


def _pubmed(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.medline import MedlineFiles

    files = [file for path in entry.paths for file in (_xml_files(path) if path.is_dir() else [path])]
    if not files:
        raise CorpusError(f"{entry.paths[0]}: no .xml or .xml.gz file in it")
    return MedlineFiles(files, on_bad, titles="titles" in entry.extras)


def _xml_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.name.endswith((".xml", ".xml.gz")) and path.is_file())


def _openstax(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.openstax import OpenStaxBooks

    return OpenStaxBooks(entry.paths, on_bad, exercises="exercises" in entry.extras)


def _jats(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.jats import JatsArticles

    return JatsArticles(entry.paths[0], entry.name, on_bad)


def _medquad(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.medquad import MedquadAnswers

    return MedquadAnswers(entry.paths[0], on_bad)


def _beir(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.beir import BeirCorpus

    return BeirCorpus(entry.paths[0], entry.name, entry.licence, on_bad)


def _medrag(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.medrag_jsonl import MedragChunks

    return MedragChunks(entry.paths[0], entry.name, entry.licence, on_bad)


def _folder(entry: CorpusEntry, on_bad: OnBadRecord) -> DocumentSource:
    from wardround.corpora.sources.folder import FolderOfDocuments

    return FolderOfDocuments(entry.paths[0], entry.name, on_bad)


KINDS: Mapping[str, Kind] = {
    "folder": Kind("your own .md, .txt, .html, .pdf and .docx files: a folder", "one", _folder),
    "pubmed": Kind(
        "PubMed records, baseline, updates and efetch output: .xml or .xml.gz files, or folders of them",
        "many",
        _pubmed,
        name="pubmed",
        extras=frozenset({"titles"}),
    ),
    "openstax": Kind(
        "OpenStax textbooks in CNXML: folders or .tar.gz archives",
        "many",
        _openstax,
        name="openstax",
        extras=frozenset({"exercises"}),
    ),
    "jats": Kind("full articles in JATS: a folder or tar archive of .xml or .nxml files", "one", _jats),
    "beir": Kind("a corpus in the form of BEIR or R2MED: a .jsonl or .jsonl.gz file", "one", _beir),
    "medrag": Kind("chunks as MedRAG publishes them: a .jsonl file or a folder of them", "one", _medrag),
    "medquad": Kind("MedQuAD's answers: a .jsonl or .jsonl.gz file", "one", _medquad, name="medquad"),
    "guidelines": Kind("summaries of 43 guidelines, from a package", "none", _guidelines, name="guidelines"),
}
