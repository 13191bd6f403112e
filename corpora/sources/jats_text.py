"""The text of a journal article in JATS: abstract, sections, tables and figure captions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.mathml import local_name, math_text
from wardround.corpora.tables import Cell, table_text
from wardround.corpora.xml_text import inline_text

if TYPE_CHECKING:
    from lxml.etree import _Element

# What is left of "[1, 2]" or "(1-3)" once the numbers of references are gone.
_EMPTY_BRACKETS = re.compile(r"\s*[\[(][\s,;–-]*[\])]|(?<=\w)\s+(?=[,;)]|\.(?:\s|$))")
# Numbers and signs of references and footnotes; "Smith, 2004" as a reference is read.
_NUMBER = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[*†‡§¶#]+|[⁰¹²³⁴-⁹]+)?[\])]?")
_NOTES = frozenset({"bibr", "fn", "table-fn", "aff", "corresp"})
_NO_WORDS = re.compile(r"[\s,;–-]*")
_SILENT = frozenset(
    {"title", "label", "table-wrap-foot", "fn", "fn-group", "supplementary-material", "media", "ref-list"}
)
_BLOCKS = frozenset({"list", "table-wrap", "fig", "disp-formula", "disp-quote", "boxed-text", "def-list", "fig-group"})
_UNREAD_SECTIONS = frozenset({"supplementary-material", "supplementary material", "display-objects"})
_OTHER_ABSTRACTS = frozenset({"graphical", "teaser", "toc", "key-points"})


def article_text(article: _Element) -> LaidOutText:
    """The article's abstracts and body as text with sections; numbers of references are left out.

    Rows of tables become lines of their own. References, footnotes, acknowledgements and supplements
    are not part of it.
    """
    layout = Layout()
    writer = _ArticleWriter(layout)
    for abstract in article.iterfind("front/article-meta/abstract"):
        if abstract.get("abstract-type") not in _OTHER_ABSTRACTS:
            title = abstract.find("title")
            layout.heading(1, inline_text(title) if title is not None else "Abstract")
            writer.blocks(abstract, 1)
            layout.leave(1)
    for part in ("body", "floats-group"):
        for element in article.iterfind(part):
            writer.blocks(element, 0)
            layout.leave(1)
    return layout.build()


class _ArticleWriter:
    """Walks an article; ``level`` counts the headings above."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def blocks(self, nodes: Iterable[_Element], level: int, depth: int = 0) -> None:
        for node in nodes:
            match local_name(node):
                case "sec" | "boxed-text" | "app":
                    self._section(node, level + 1)
                case "p":
                    self._paragraph(node, level, depth)
                case "list":
                    self._list(node, level, depth)
                case "def-list":
                    self._definitions(node)
                case "table-wrap":
                    self._table(node)
                case "fig":
                    self._figure(node)
                case "disp-formula":
                    self._formula(node, depth)
                case name if name in _SILENT or not name:
                    continue
                case _:
                    self.blocks(node, level, depth)

    def _section(self, node: _Element, level: int) -> None:
        if node.get("sec-type", "").lower() in _UNREAD_SECTIONS:
            return
        title = self._child_words(node, "title") or self._child_words(node, "caption")
        if title:
            self._layout.heading(level, title)
        self.blocks(node, level if title else level - 1)
        self._layout.leave(level)

    def _paragraph(self, node: _Element, level: int, depth: int) -> None:
        """A paragraph; lists, tables and formulas inside it follow after its words."""
        self._layout.paragraph(_words(node), depth)
        self.blocks([child for child in node if local_name(child) in _BLOCKS], level, depth)

    def _list(self, node: _Element, level: int, depth: int) -> None:
        if title := self._child_words(node, "title"):
            self._layout.paragraph(f"{title.rstrip(':')}:", depth)
        numbered = node.get("list-type") in ("order", "arabic")
        for number, item in enumerate(node.iterchildren("list-item"), start=1):
            first, *rest = [child for child in item if local_name(child) not in _SILENT] or [None]
            if first is not None:
                self._layout.item(_words(first), depth, number if numbered else None)
                self.blocks([child for child in first if local_name(child) in _BLOCKS], level, depth + 1)
            self.blocks(rest, level, depth + 1)

    def _definitions(self, node: _Element) -> None:
        for item in node.iterchildren("def-item"):
            self._layout.item(f"{self._child_words(item, 'term')}: {self._child_words(item, 'def')}")

    def _figure(self, node: _Element) -> None:
        caption = self._child_words(node, "caption")
        if caption:
            self._layout.paragraph(f"{self._child_words(node, 'label').rstrip('.:') or 'Figure'}: {caption}")

    def _formula(self, node: _Element, depth: int) -> None:
        formula = next((child for child in node.iter() if local_name(child) == "math"), None)
        self._layout.paragraph(math_text(formula) if formula is not None else _words(node), depth)

    def _table(self, node: _Element) -> None:
        label = self._child_words(node, "label").rstrip(".:") or "Table"
        if caption := self._child_words(node, "caption"):
            self._layout.paragraph(f"{label}: {caption.rstrip('.:')}:")
        for table in node.iter("table"):
            head = [_cells(row) for row in table.iterfind("thead/tr")]
            body = [_cells(row) for row in table.iter("tr") if local_name(row.getparent()) != "thead"]
            text = table_text(head, body)
            for title in text.titles:
                self._layout.paragraph(f"{label}: {title}:")
            self._layout.rows(text.lines)

    @staticmethod
    def _child_words(node: _Element, name: str) -> str:
        child = node.find(name)
        return _words(child) if child is not None else ""


def _cells(row: _Element) -> list[Cell]:
    return [
        Cell(_words(cell), _span(cell.get("colspan")), _span(cell.get("rowspan")))
        for cell in row
        if local_name(cell) in ("td", "th")
    ]


def _span(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 4 else 1


def _words(node: _Element) -> str:
    return _EMPTY_BRACKETS.sub("", inline_text(node, _read))


def _read(node: _Element) -> str | None:
    """What the elements read as that are more, or less, than their words."""
    name = local_name(node)
    if name in _BLOCKS or name in ("fn", "supplementary-material", "ref-list", "object-id", "table-wrap-foot"):
        return " "
    if name == "xref" and _NUMBER.fullmatch(inline_text(node)) and node.get("ref-type") in _NOTES:
        return ""
    if name == "sup" and len(node) and _NO_WORDS.fullmatch(inline_text(node, _read)):
        return ""
    return None
