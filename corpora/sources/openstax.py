"""The corpus ``openstax``: textbooks as OpenStax publishes them, in CNXML, from a folder or an archive."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from wardround.corpora.archives import members
from wardround.corpora.layout import LaidOutText
from wardround.corpora.licences import licence_name
from wardround.corpora.mathml import local_name
from wardround.corpora.plaintext import one_line
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document
from wardround.corpora.sources.openstax_text import module_text
from wardround.corpora.xml_text import parse_xml
from wardround.errors import CorpusError

if TYPE_CHECKING:
    from lxml.etree import _Element

CORPUS = "openstax"
READER = 1
"""Raised whenever the same book gives other documents."""

_TITLE = re.compile(rb"<md:title>([^<]+)</md:title>")


class _Place(NamedTuple):
    """A module within its book: the chapters around it, outermost first."""

    module: str
    chapters: tuple[str, ...]


class OpenStaxBooks:
    """OpenStax books, one document for each module that a collection names, in the order of the book.

    The headings of a document are its chapter, its own title and its sections; the reference names the
    book. Modules that no collection uses are in no book and are not read.

    Args:
        paths: folders or ``.tar.gz`` archives, each holding ``collections/`` and ``modules/``. Archives are
            read, never unpacked.
        on_bad: receives what cannot be read; by default the first stops the reading.
        exercises: also gives a document ``.../exercises`` for the questions and answers of each module.
    """

    def __init__(self, paths: Sequence[Path], on_bad: OnBadRecord = refuse, *, exercises: bool = False) -> None:
        if not paths:
            raise CorpusError("openstax: no books were given; name at least one folder or .tar.gz archive")
        self._paths = sorted(dict.fromkeys(paths))
        self._on_bad = on_bad
        self._exercises = exercises

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of all collections and modules."""
        digest = hashlib.sha256(f"openstax {READER} {self._exercises}".encode())
        for path in self._paths:
            for name, data in sorted(self._files(path).items()):
                digest.update(f"\n{name} {len(data)}\n".encode() + data)
        return CorpusInfo(
            CORPUS, digest.hexdigest()[:16], "CC BY 4.0", f"OpenStax textbooks from {len(self._paths)} files"
        )

    def documents(self) -> Iterator[Document]:
        """One document for each module with text, and for its exercises when they were asked for.

        Raises:
            CorpusError: a path cannot be read or holds no collection; or, without ``on_bad``, a file is bad.
        """
        for path in self._paths:
            files = self._files(path)
            collections = sorted(name for name in files if name.endswith(".collection.xml"))
            if not collections:
                raise CorpusError(f"{path}: no collections/*.collection.xml in it; is this an OpenStax book?")
            for name in collections:
                yield from self._book(path, name, files)

    def _files(self, path: Path) -> dict[str, bytes]:
        """Collections and modules by their names below the book's folder."""
        found = members(path, lambda name: _wanted(name) is not None, self._on_bad)
        return {wanted: member.data for member in found if (wanted := _wanted(member.name))}

    def _book(self, path: Path, name: str, files: Mapping[str, bytes]) -> Iterator[Document]:
        try:
            collection = parse_xml(files[name])
            biblio = _biblio(collection)
            book = _only(collection, "slug") or PurePosixPath(name).name.removesuffix(".collection.xml")
        except ValueError as error:
            self._on_bad(BadRecord(str(path), name, str(error)))
            return
        titles = _titles(files)
        for place in _places(collection, ()):
            inside = f"modules/{place.module}/index.cnxml"
            try:
                module = parse_xml(files[inside])
            except KeyError:
                self._on_bad(BadRecord(str(path), name, f"names the module {place.module!r}, which is not there"))
                continue
            except ValueError as error:
                self._on_bad(BadRecord(str(path), inside, str(error)))
                continue
            title = _only(module, "title")
            body, exercises = module_text(module, [*place.chapters, title or place.module], titles)
            yield from _document(f"{CORPUS}:{book}/{place.module}", biblio, body)
            if self._exercises:
                yield from _document(f"{CORPUS}:{book}/{place.module}/exercises", biblio, exercises)


def _document(identifier: str, biblio: Biblio, laid_out: LaidOutText) -> Iterator[Document]:
    if laid_out.sections:
        yield Document(identifier, CORPUS, biblio, laid_out.text, laid_out.sections)


def _biblio(collection: _Element) -> Biblio:
    title = _only(collection, "title")
    if not title:
        raise ValueError("the collection has no title")
    slug = _only(collection, "slug")
    url = next((one.get("url", "") for one in collection.iter() if local_name(one) == "license"), "")
    return Biblio(
        title=title,
        organisation="OpenStax, Rice University",
        authors=tuple(name.strip() for name in collection.get("authors", "").split(",") if name.strip()),
        url=f"https://openstax.org/details/books/{slug}" if slug else None,
        licence=licence_name(url) or url or None,
        language="eng" if _only(collection, "language") in ("", "en") else _only(collection, "language"),
        publication_types=("Textbook",),
    )


def _places(parent: _Element, chapters: tuple[str, ...]) -> Iterator[_Place]:
    for child in parent:
        match local_name(child):
            case "module":
                yield _Place(child.get("document", ""), chapters)
            case "subcollection":
                title = next((one_line(one.text or "") for one in child if local_name(one) == "title"), "")
                yield from _places(child, (*chapters, title) if title else chapters)
            case "content":
                yield from _places(child, chapters)


def _titles(files: Mapping[str, bytes]) -> dict[str, str]:
    """Titles of all modules by id, read without parsing them: they serve only to name references."""
    found = ((PurePosixPath(name).parent.name, _TITLE.search(data)) for name, data in files.items())
    return {module: one_line(html.unescape(title[1].decode("utf-8", "replace"))) for module, title in found if title}


def _only(parent: _Element, name: str) -> str:
    """The words of the first element of this name, such as the title in the metadata."""
    return next((one_line("".join(one.itertext())) for one in parent.iter() if local_name(one) == name), "")


def _wanted(name: str) -> str | None:
    match PurePosixPath(name).parts:
        case [*_, "collections", file] if file.endswith(".collection.xml"):
            return f"collections/{file}"
        case [*_, "modules", module, "index.cnxml"]:
            return f"modules/{module}/index.cnxml"
    return None
