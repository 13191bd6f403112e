"""Word documents (.docx) as text with sections, read as the zipped XML they are."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from wardround.corpora.formats.docx_standing import Strikes, boxes, is_deleted_row, standing
from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.mathml import local_name
from wardround.corpora.plaintext import one_line, superscript
from wardround.corpora.tables import Cell, table_text
from wardround.corpora.xml_text import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

LARGEST_PART = 100_000_000
"""Bytes of a part once decompressed."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_READ = frozenset(f"{_W}{name}" for name in ("t", "tab", "br", "cr", "noBreakHyphen"))
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def docx_to_text(data: bytes) -> LaidOutText:
    """The text of a document: headings by their styles, lists, tables, text boxes behind the paragraph they hang on.

    What was deleted, moved elsewhere or struck out is left out.

    Raises:
        ValueError: it is damaged, encrypted, or no Word document of 2007 or later.
    """
    if data.startswith(_OLD_OFFICE):
        raise ValueError("it is encrypted, or of Word before 2007; save a copy as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = parse_xml(_part(archive, "word/document.xml")).find(f"{_W}body")
            styles = parse_xml(_part(archive, "word/styles.xml")) if "word/styles.xml" in archive.namelist() else None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError) as error:
        raise ValueError(f"damaged or no .docx: {one_line(str(error))}") from error
    if body is None:
        raise ValueError("the document has no body")
    writer = _DocumentWriter(_heading_levels(styles), Strikes(styles))
    writer.blocks(body)
    return writer.layout.build()


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as handle:
        data = handle.read(LARGEST_PART + 1)
    if len(data) > LARGEST_PART:
        raise ValueError(f"{name} holds more than {LARGEST_PART} bytes")
    return data


def _heading_levels(styles: _Element | None) -> dict[str, int]:
    """Levels of the styles that are headings, whatever they are called in the user's language."""
    levels = {"Title": 1}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        name = style.find(f"{_W}name")
        words = (name.get(f"{_W}val", "") if name is not None else "").lower().split()
        if len(words) == 2 and words[0] == "heading" and words[1].isdecimal():
            levels[style.get(f"{_W}styleId", "")] = int(words[1])
    return levels


class _DocumentWriter:
    """Walks the body of a document."""

    def __init__(self, levels: dict[str, int], strikes: Strikes) -> None:
        self.layout = Layout()
        self._levels = levels
        self._strikes = strikes

    def blocks(self, parent: _Element) -> None:
        for node in parent:
            match local_name(node):
                case "p":
                    self._paragraph(node)
                case "tbl":
                    self._table(node)
                case "sdt" | "sdtContent" | "ins" | "smartTag" | "customXml":
                    self.blocks(node)

    def _paragraph(self, node: _Element) -> None:
        words = self._words(node)
        style = node.find(f"{_W}pPr/{_W}pStyle")
        level = self._levels.get(style.get(f"{_W}val", "") if style is not None else "")
        numbering = node.find(f"{_W}pPr/{_W}numPr")
        if level:
            self.layout.heading(level, words)
        elif numbering is not None:
            nesting = numbering.find(f"{_W}ilvl")
            depth = nesting.get(f"{_W}val", "0") if nesting is not None else "0"
            self.layout.item(words, int(depth) if depth.isdecimal() and len(depth) == 1 else 0)
        else:
            self.layout.paragraph(words)
        for box in boxes(node):
            self.blocks(box)

    def _table(self, node: _Element) -> None:
        head: list[list[Cell]] = []
        body: list[list[Cell]] = []
        for row in node.iterchildren(f"{_W}tr"):
            if is_deleted_row(row):
                continue
            cells = [self._cell(cell) for cell in row.iterchildren(f"{_W}tc")]
            repeated = row.find(f"{_W}trPr/{_W}tblHeader") is not None
            (head if repeated or not (head or body) else body).append(cells)
        text = table_text(head, body)
        for title in text.titles:
            self.layout.paragraph(f"{title.rstrip(':')}:")
        self.layout.rows(text.lines)

    def _cell(self, cell: _Element) -> Cell:
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        width = span.get(f"{_W}val", "1") if span is not None else "1"
        paragraphs = [node for node in standing(cell, into_boxes=True) if node.tag == f"{_W}p"]
        words = "; ".join(part for paragraph in paragraphs if (part := self._words(paragraph)))
        return Cell(words, int(width) if width.isdecimal() and len(width) < 4 else 1)

    def _words(self, paragraph: _Element) -> str:
        pieces = []
        for node in standing(paragraph, into_boxes=False):
            run = node.getparent()
            if node.tag not in _READ:
                continue
            match local_name(node):
                case _ if self._strikes.strike(run, paragraph):
                    # What stood on both sides of it are two words.
                    pieces.append(" ")
                case "t":
                    raised = run.find(f"{_W}rPr/{_W}vertAlign")
                    text = node.text or ""
                    is_raised = raised is not None and raised.get(f"{_W}val") == "superscript"
                    pieces.append(superscript(text) if is_raised else text)
                case "noBreakHyphen":
                    pieces.append("-")
                case _:
                    pieces.append(" ")
        return one_line("".join(pieces))
