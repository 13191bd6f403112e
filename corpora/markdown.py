"""Markdown as plain text with sections: what a clinician can read as a quotation."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.plaintext import superscript
from wardround.corpora.tables import row_lines

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

TEXT_FORM = 2
"""Raised whenever the same Markdown gives another text, so that indexes built from it are rebuilt."""

# Typewriter dashes within or between words, not the option marks of a command line.
_DASHES = (
    (re.compile(r"(?<=[\w%])--(?=\w)|(?<=\s)--(?=\s)"), "–"),
    (re.compile(r"(?<=[\w%])---(?=\w)|(?<=\s)---(?=\s)"), "—"),
)
_TASK_BOX = re.compile(r"^\[[ xX]\]\s+")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^>]*>|<!--.*?-->", re.DOTALL)

_STRUCK = ("del", "s", "strike")
"""Struck-out text is no longer valid: a withdrawn dose must not be quoted."""
_STRUCK_IN_BLOCK = re.compile(rf"<({'|'.join(_STRUCK)})\b[^>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)


def _nothing(_: str) -> bool:
    return False


def markdown_to_text(source: str, drop: Callable[[str], bool] = _nothing) -> LaidOutText:
    """The text of ``source`` in the form of ``wardround.corpora.layout``, and its sections.

    Headings give the sections their paths, an H1 being the first element. Emphasis and link targets
    vanish, inline code, image descriptions and HTML keep their text, raised numbers stay raised, each
    table row becomes one self-contained line.

    Args:
        source: CommonMark with tables and strikethrough.
        drop: says of a paragraph's plain text whether to leave it out.
    """
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    writer = _Writer(drop)
    writer.blocks(SyntaxTreeNode(parser.parse(source)).children, depth=0)
    return writer.layout.build()


class _Writer:
    """Walks the syntax tree; the parser bounds its depth."""

    def __init__(self, drop: Callable[[str], bool]) -> None:
        self.layout = Layout()
        self._drop = drop

    def blocks(self, nodes: Sequence[SyntaxTreeNode], depth: int) -> None:
        """Writes block nodes; ``depth`` counts the list items around them."""
        for node in nodes:
            match node.type:
                case "heading":
                    self.layout.heading(int(node.tag[1:]), inline_text(node))
                case "paragraph":
                    self._paragraph(inline_text(node), depth)
                case "bullet_list" | "ordered_list":
                    self._list(node, depth)
                case "table":
                    self.layout.rows(_table_lines(node))
                case "fence" | "code_block":
                    self.layout.preformatted(node.content)
                case "html_block":
                    self._paragraph(_TAG.sub(" ", _STRUCK_IN_BLOCK.sub(" ", node.content)), depth)
                case _:
                    self.blocks(node.children, depth)

    def _paragraph(self, text: str, depth: int) -> None:
        if not self._drop(text):
            self.layout.paragraph(text, depth)

    def _list(self, node: SyntaxTreeNode, depth: int) -> None:
        start = int(node.attrs.get("start", 1))
        for position, item in enumerate(node.children):
            rest = list(item.children)
            if rest and rest[0].type == "paragraph":
                text = _TASK_BOX.sub("", inline_text(rest.pop(0)))
                if not self._drop(text):
                    self.layout.item(text, depth, start + position if node.type == "ordered_list" else None)
            self.blocks(rest, depth + 1)


def inline_text(block: SyntaxTreeNode) -> str:
    """The words of a paragraph, heading or table cell, without the markup between them."""
    pieces = _Pieces()
    for inline in block.children:
        pieces.add(inline.children)
    text = pieces.text()
    for pattern, dash in _DASHES:
        text = pattern.sub(dash, text)
    return text


class _Pieces:
    """Inline text as it is collected; what is raised or struck out waits until its closing tag."""

    def __init__(self) -> None:
        self._open: list[tuple[str, list[str]]] = [("", [])]

    def add(self, nodes: Sequence[SyntaxTreeNode]) -> None:
        for node in nodes:
            match node.type:
                case "text" | "code_inline":
                    self._put(node.content)
                case "softbreak" | "hardbreak":
                    self._put(" ")
                case "html_inline":
                    self._tag(node.content)
                case "s":
                    continue
                case _:
                    self.add(node.children)

    def text(self) -> str:
        return "".join(piece for name, pieces in self._open if name not in _STRUCK for piece in pieces)

    def _put(self, text: str) -> None:
        self._open[-1][1].append(text)

    def _tag(self, source: str) -> None:
        found = _TAG.match(source)
        closing, name = (found[1], (found[2] or "").lower()) if found else ("", "")
        if name in ("sup", *_STRUCK) and not closing:
            self._open.append((name, []))
        elif name and name == self._open[-1][0]:
            _, pieces = self._open.pop()
            if name == "sup":
                self._put(superscript("".join(pieces)))
        elif name in ("br", "p", "div"):
            self._put(" ")


def _table_lines(table: SyntaxTreeNode) -> list[str]:
    grid = [[inline_text(cell) for cell in row.children] for part in table.children for row in part.children]
    return row_lines(grid[0], grid[1:])
