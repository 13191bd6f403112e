"""A folder of one's own documents: Markdown, text, HTML, PDF and Word files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from wardround.corpora.archives import Member, members, one_member
from wardround.corpora.formats.docx import docx_to_text
from wardround.corpora.formats.html import html_to_text
from wardround.corpora.formats.pdf import pdf_to_text
from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.markdown import TEXT_FORM, markdown_to_text
from wardround.corpora.prose import add_prose
from wardround.corpora.quarantine import BadRecord, OnBadRecord
from wardround.corpora.records import Biblio, CorpusInfo, Document, Section
from wardround.errors import CorpusError

READER = 2
"""Raised whenever the same files give other documents."""

_FRONT_MATTER = re.compile(r"\A---\r?\n.*?^(?:---|\.\.\.)\r?\n", re.DOTALL | re.MULTILINE)


class FolderOfDocuments:
    """The documents of a folder and the folders in it, one for each file; hidden files are not looked at.

    Args:
        path: the folder, or a single file.
        name: name of the corpus; document ids are ``<name>:<path of the file in the folder>``.
        on_bad: receives files that cannot be read, among them those of other kinds.
    """

    def __init__(self, path: Path, name: str, on_bad: OnBadRecord) -> None:
        self._path = path
        self._name = name
        self._on_bad = on_bad

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of all files' names and contents, and of how they are read."""
        digest = hashlib.sha256(f"folder {READER} text form {TEXT_FORM}".encode())
        for member in self._files():
            digest.update(f"\n{member.name} {len(member.data)}\n".encode() + member.data)
        return CorpusInfo(self._name, digest.hexdigest()[:16], "your own", f"Documents in {self._path}")

    def documents(self) -> Iterator[Document]:
        """One document for each file with text, by name.

        Raises:
            CorpusError: there is no such folder or file.
        """
        for member in self._files():
            place = PurePosixPath(member.name)
            reader = _READERS.get(place.suffix.lower())
            try:
                if reader is None:
                    raise ValueError(f"not a kind of file that is read ({', '.join(sorted(_READERS))})")
                text, sections = reader(member.data)
                if not sections:
                    raise ValueError("it holds no text")
            except ValueError as error:
                self._on_bad(BadRecord(str(self._path), member.name, str(error)))
                continue
            title, sections = _titled(sections, place.stem)
            yield Document(f"{self._name}:{member.name}", self._name, Biblio(title), text, sections)

    def _files(self) -> Iterator[Member]:
        if self._path.is_file():
            return iter((one_member(self._path),))
        if not self._path.is_dir():
            raise CorpusError(f"{self._path}: no such folder or file")
        return members(self._path, _is_visible, self._on_bad)


def _is_visible(name: str) -> bool:
    return not any(part.startswith((".", "~$")) for part in PurePosixPath(name).parts)


def _titled(sections: tuple[Section, ...], stem: str) -> tuple[str, tuple[Section, ...]]:
    """The title all sections share as first heading, taken off them; else the file's name."""
    firsts = {section.heading[:1] for section in sections}
    if len(firsts) == 1 and (shared := firsts.pop()) and not shared[0].startswith("Page "):
        return shared[0], tuple(Section(one.heading[1:], one.start, one.end) for one in sections)
    return stem.replace("_", " "), sections


def _markdown(data: bytes) -> LaidOutText:
    return markdown_to_text(_FRONT_MATTER.sub("", _decoded(data), count=1))


def _plain(data: bytes) -> LaidOutText:
    layout = Layout()
    add_prose(layout, _decoded(data))
    return layout.build()


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where the file says so itself.

    Raises:
        ValueError: it is neither; other encodings cannot be told apart with certainty.
    """
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"byte {error.start + 1} is not {encoding.removesuffix('-sig').upper()}; save it as UTF-8"
        ) from error
    if "\0" in text:
        raise ValueError("it holds NUL characters, so it is no text file")
    return text


_READERS: dict[str, Callable[[bytes], LaidOutText]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _plain,
    ".html": html_to_text,
    ".htm": html_to_text,
    ".pdf": pdf_to_text,
    ".docx": docx_to_text,
}
