"""HTML pages as text with sections: headings, paragraphs, lists, tables and preformatted text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.plaintext import one_line
from wardround.corpora.tables import Cell, table_text
from wardround.corpora.xml_text import inline_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_UNREAD = frozenset(
    {
        *("script", "style", "nav", "footer", "aside", "form", "noscript", "template", "svg", "iframe", "button"),
        *("select", "head", "object", "audio", "video", "canvas", "del", "s", "strike"),
    }
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CONTAINERS = frozenset(
    {
        *(
            "div",
            "section",
            "article",
            "main",
            "header",
            "body",
            "html",
            "blockquote",
            "figure",
            "figcaption",
            "center",
        ),
        *("details", "summary", "dl", "fieldset", "address", "ul", "ol", "li", "p", "table", "pre", "dt", "dd", "hr"),
    }
    | _HEADINGS
)


def html_to_text(data: bytes) -> LaidOutText:
    """The readable text of a page; scripts, navigation, forms and struck-out text are left out.

    Raises:
        ValueError: it holds no HTML.
    """
    from lxml import etree, html

    encoding = "utf-8" if _is_utf8(data) else None
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding=encoding)
    try:
        page = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"not readable as HTML: {one_line(str(error))}") from error
    writer = _PageWriter()
    writer.container(page, 0)
    return writer.layout.build()


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _PageWriter:
    """Walks a page; ``depth`` counts the list items around."""

    def __init__(self) -> None:
        self.layout = Layout()

    def container(self, node: _Element, depth: int) -> None:
        """Runs of words between blocks become paragraphs."""
        run = [node.text or ""]
        for child in node:
            if child.tag in _CONTAINERS:
                self._end(run, depth)
                self._block(child, depth)
            elif child.tag not in _UNREAD:
                if any(inner.tag in _CONTAINERS for inner in child.iterdescendants()):
                    self._end(run, depth)
                    self.container(child, depth)
                else:
                    run.append(" " if child.tag == "br" else _run(child))
            run.append(child.tail or "")
        self._end(run, depth)

    def _end(self, run: list[str], depth: int) -> None:
        self.layout.paragraph("".join(run), depth)
        run.clear()

    def _block(self, node: _Element, depth: int) -> None:
        match node.tag:
            case heading if heading in _HEADINGS:
                self.layout.heading(int(heading[1]), _words(node))
            case "ul" | "ol":
                self._list(node, depth)
            case "table":
                self._table(node)
            case "pre":
                self.layout.preformatted("".join(node.itertext()))
            case _:
                self.container(node, depth)

    def _list(self, node: _Element, depth: int) -> None:
        for number, item in enumerate(node.iterchildren("li"), start=1):
            self.layout.item(
                _words(item, without=_CONTAINERS - {"p", "div"}), depth, number if node.tag == "ol" else None
            )
            for child in item:
                if child.tag in ("ul", "ol", "table", "pre", "dl", "blockquote"):
                    self._block(child, depth + 1)

    def _table(self, node: _Element) -> None:
        rows = [row for row in node.iter("tr") if next(row.iterancestors("table")) is node]
        heads = [row for row in rows if row.getparent().tag == "thead" or all(cell.tag == "th" for cell in row)]
        caption = node.find("caption")
        text = table_text([_cells(row) for row in heads], [_cells(row) for row in rows if row not in heads])
        for title in (_words(caption) if caption is not None else "", *text.titles):
            self.layout.paragraph(f"{title.rstrip(':')}:" if title else "")
        self.layout.rows(text.lines)


def _cells(row: _Element) -> list[Cell]:
    cells = row.iterchildren("td", "th")
    return [Cell(_words(cell), _span(cell.get("colspan")), _span(cell.get("rowspan"))) for cell in cells]


def _span(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 4 else 1


def _words(node: _Element, without: frozenset[str] = frozenset()) -> str:
    return inline_text(node, lambda inner: " " if inner.tag in _UNREAD or inner.tag in without else None)


def _run(node: _Element) -> str:
    """The words of an inline element with the blanks around them, which part them from their neighbours."""
    from wardround.corpora.plaintext import superscript

    words = "".join(node.itertext())
    if node.tag == "sup":
        return superscript(words)
    inner = _words(node)
    before, after = words[:1].isspace(), words[-1:].isspace()
    return f"{' ' if before else ''}{inner}{' ' if after else ''}"
