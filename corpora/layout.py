"""The one plain-text form all sources are brought into, so that its parts can be told apart again.

Blocks are separated by a blank line. Within the text

* a paragraph is one line;
* a list item is a line ``- text`` or ``3. text``, two more blanks in front for each level of nesting;
* a table row is a line ``• text``, written to be understood alone;
* a line of preformatted text (a decision tree, code) starts with a tab;
* a heading is a line of its own, outside of every section.

``wardround.corpora.sentences`` reads these marks; they need no other record of what was what.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from wardround.corpora.plaintext import lines, one_line
from wardround.corpora.records import Section

ROW_MARK = "• "
PREFORMATTED_MARK = "\t"
INDENT = "  "

BlockKind = Literal["heading", "paragraph", "item", "row", "preformatted"]


class LaidOutText(NamedTuple):
    """A document's text and the sections that point into it."""

    text: str
    sections: tuple[Section, ...]


class Layout:
    """Collects headings and blocks in reading order; ``build`` gives the text and its sections.

    Empty blocks are ignored, and a section without a body does not appear.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._last: BlockKind | None = None
        self._path: list[tuple[int, str]] = []
        self._sections: list[Section] = []
        self._body_start: int | None = None

    def heading(self, level: int, text: str) -> None:
        """Starts a section below the nearest heading of a smaller ``level``."""
        text = one_line(text)
        if not text:
            return
        self._close_section()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()
        self._path.append((level, text))
        self._add("heading", text)

    def leave(self, level: int) -> None:
        """Ends every open section of ``level`` or deeper; what follows belongs to their parent."""
        self._close_section()
        while self._path and self._path[-1][0] >= level:
            self._path.pop()

    def paragraph(self, text: str, depth: int = 0) -> None:
        """Adds prose as one line; ``depth`` counts the list items around it."""
        self._add("paragraph", _unmarked(one_line(text)), INDENT * depth)

    def item(self, text: str, depth: int = 0, number: int | None = None) -> None:
        """Adds a list item; ``number`` for an ordered list."""
        mark = "- " if number is None else f"{number}. "
        self._add("item", one_line(text), INDENT * depth + mark)

    def rows(self, rows: Iterable[str]) -> None:
        """Adds table rows, each already a self-contained line."""
        for row in rows:
            self._add("row", one_line(row), ROW_MARK)

    def preformatted(self, text: str) -> None:
        """Adds lines whose own blanks matter, without blank lines at both ends."""
        for line in lines(text):
            if line.strip():
                self._add("preformatted", line, PREFORMATTED_MARK)

    def build(self) -> LaidOutText:
        """Everything added so far."""
        self._close_section()
        return LaidOutText("".join(self._parts), tuple(self._sections))

    def _add(self, kind: BlockKind, text: str, mark: str = "") -> None:
        if not text.strip():
            return
        together = kind == self._last and kind in ("item", "row", "preformatted")
        if self._parts:
            self._write("\n" if together else "\n\n")
        if kind != "heading" and self._body_start is None:
            self._body_start = self._length
        self._write(mark + text)
        self._last = kind

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _close_section(self) -> None:
        if self._body_start is not None:
            heading = tuple(text for _, text in self._path)
            self._sections.append(Section(heading, self._body_start, self._length))
        self._body_start = None
        self._last = None


def _unmarked(text: str) -> str:
    """A paragraph that happens to start like a table row loses that mark."""
    return text.removeprefix(ROW_MARK)
