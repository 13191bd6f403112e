"""A module of an OpenStax book (CNXML) as text, its exercises apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wardround.corpora.layout import LaidOutText, Layout
from wardround.corpora.mathml import local_name
from wardround.corpora.tables import Cell, table_text
from wardround.corpora.xml_text import inline_text

if TYPE_CHECKING:
    from lxml.etree import _Element

_PARTS = ("thead", "tbody")
_NS = "{http://cnx.rice.edu/cnxml}"
# Sections that hold questions for students or lists of other works, by their class.
_EXERCISE_SECTIONS = frozenset(
    {
        *("multiple-choice", "review-questions", "critical-thinking", "free-response", "fill-in-the-blank"),
        *("short-answer", "personal-application", "interactive-exercise", "true-false", "matching"),
    }
)
_APPARATUS = frozenset(
    ["learning-objectives", "chapter-objectives", "references", "suggested-reading", "contrib-auth", "sr-contrib-auth"]
)
_QUESTION_NOTES = frozenset({"check-your-understanding", "link-to-learning", "interactive", "media-feature"})
_BOOK_NAMES = frozenset({"microbiology", "anatomy", "psychology"})
# What references without words leave behind.
# Stands for a line end inside a table cell while blanks are collapsed; no book uses the sign.
_LINE_END = "\u241e"
_EMPTY_REFERENCE = re.compile(r"\s*\((?:see|See)?\s*\)|(?<=\w)\s+(?=[,;)]|\.(?:\s|$))")


class ModuleText(NamedTuple):
    """What a module says, and what it asks."""

    body: LaidOutText
    exercises: LaidOutText


def module_text(document: _Element, path: Sequence[str], titles: Mapping[str, str]) -> ModuleText:
    """The text of a module below the headings ``path``, and its exercises with their answers.

    ``titles`` names the other modules of the book by their ids, for references to them.

    Learning objectives, references and notes that only ask or link are left out of the body. Terms of
    the glossary and rows of tables become lines of their own, figures give their captions.
    """
    writer = _ModuleWriter(document, path, titles)
    for part in document:
        match local_name(part):
            case "content":
                writer.blocks(part, len(path))
            case "glossary":
                writer.glossary(part, len(path) + 1)
    return ModuleText(writer.body.build(), writer.exercises.build())


class _ModuleWriter:
    """Walks a module; ``level`` counts the headings above."""

    def __init__(self, document: _Element, path: Sequence[str], titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._kinds = {one.get("id", "-"): local_name(one) for one in document.iter(f"{_NS}figure", f"{_NS}table")}
        self.body = Layout()
        self.exercises = Layout()
        for layout in (self.body, self.exercises):
            for level, title in enumerate(path, start=1):
                layout.heading(level, title)

    def blocks(self, parent: _Element, level: int, depth: int = 0) -> None:
        for node in parent:
            match local_name(node):
                case "section":
                    self._section(node, level + 1)
                case "note":
                    self._note(node, level + 1)
                case "para" | "quote" | "equation" | "rule" | "statement":
                    self._paragraph(node, level, depth)
                case "list":
                    self._list(node, level, depth)
                case "figure" | "subfigure":
                    self._captions(node)
                case "table":
                    self._table(node)
                case "exercise":
                    self._exercise(node)
                case "title" | "label" | "metadata" | "media" | "image" | "iframe" | "footnote" | "":
                    continue
                case _:
                    self.blocks(node, level, depth)

    def glossary(self, node: _Element, level: int) -> None:
        self.body.heading(level, "Key Terms")
        lines = []
        for definition in node.iter(f"{_NS}definition"):
            term = definition.find(f"{_NS}term")
            meanings = [self._words(meaning) for meaning in definition.iter(f"{_NS}meaning")]
            if term is not None:
                lines.append(f"{self._words(term)}: {'; '.join(meanings)}")
        self.body.rows(lines)

    def _section(self, node: _Element, level: int) -> None:
        classes = set(node.get("class", "").split())
        title = self._title(node)
        if classes & _APPARATUS:
            return
        if classes & _EXERCISE_SECTIONS:
            self.exercises.heading(level, title or "Exercises")
        elif title:
            self.body.heading(level, title)
        self.blocks(node, level if title else level - 1)
        self.body.leave(level)

    def _note(self, node: _Element, level: int) -> None:
        classes = set(node.get("class", "").split()) - _BOOK_NAMES
        if classes & _APPARATUS:
            return
        if classes & _QUESTION_NOTES:
            for exercise in node.iter(f"{_NS}exercise"):
                self._exercise(exercise)
            return
        kind = " ".join(sorted(classes)).replace("-", " ").capitalize()
        title = self._title(node)
        self.body.heading(level, f"{kind}: {title}" if kind and title else kind or title or "Note")
        self.blocks(node, level)
        self.body.leave(level)

    def _paragraph(self, node: _Element, level: int, depth: int) -> None:
        title = self._title(node)
        words = self._words(node)
        self.body.paragraph(f"{title}: {words}" if title else words, depth)
        for nested in node.iter(f"{_NS}list", f"{_NS}table", f"{_NS}figure"):
            if next(nested.iterancestors(f"{_NS}list", f"{_NS}table", f"{_NS}para"), None) is node:
                self.blocks([nested], level, depth)

    def _list(self, node: _Element, level: int, depth: int) -> None:
        if title := self._title(node):
            self.body.paragraph(f"{title}:", depth)
        numbered = node.get("list-type") == "enumerated"
        for number, item in enumerate(node.iterchildren(f"{_NS}item"), start=1):
            self.body.item(self._words(item), depth, number if numbered else None)
            for nested in item.iterchildren(f"{_NS}list"):
                self._list(nested, level, depth + 1)

    def _captions(self, node: _Element) -> None:
        title = self._title(node)
        for caption in node.iterchildren(f"{_NS}caption"):
            words = self._words(caption)
            self.body.paragraph(f"Figure: {title}. {words}" if title else f"Figure: {words}")
        for part in node.iterchildren(f"{_NS}subfigure"):
            self._captions(part)

    def _table(self, node: _Element) -> None:
        names = [self._title(node), *[self._words(caption) for caption in node.iterchildren(f"{_NS}caption")]]
        if name := ". ".join(part.rstrip(".") for part in names if part):
            self.body.paragraph(f"Table: {name}:")
        for group in node.iterchildren(f"{_NS}tgroup"):
            columns = [spec.get("colname") for spec in group.iterchildren(f"{_NS}colspec")]
            head, body = (
                [self._cells(row, columns) for row in group.iterfind(f"{_NS}{part}/{_NS}row")] for part in _PARTS
            )
            table = table_text(head, body)
            for title in table.titles:
                self.body.paragraph(f"Table: {title}:")
            self.body.rows(table.lines)

    def _cells(self, row: _Element, columns: Sequence[str]) -> list[Cell]:
        cells = []
        for entry in row.iterchildren(f"{_NS}entry"):
            start, end = entry.get("namest"), entry.get("nameend")
            width = columns.index(end) - columns.index(start) + 1 if start in columns and end in columns else 1
            more = entry.get("morerows", "0")
            height = int(more) + 1 if more.isdecimal() and len(more) < 4 else 1
            cells.append(Cell("; ".join(self._cell_parts(entry)), width, height))
        return cells

    def _cell_parts(self, entry: _Element) -> list[str]:
        """The lines of a cell; a bold line on top names the others."""
        parts = self._words(entry, newline=_LINE_END).split(_LINE_END)
        parts = [*parts, *[self._words(item) for item in entry.iter(f"{_NS}item")]]
        parts = [part.strip() for part in parts if part.strip()]
        first = entry[0] if len(entry) else None
        if first is not None and local_name(first) == "emphasis" and len(parts) > 1 and parts[0] == self._words(first):
            return [f"{parts[0].rstrip(':')}: {parts[1]}", *parts[2:]]
        return parts

    def _exercise(self, node: _Element) -> None:
        for part in node:
            words = inline_text(part, self._read_with_lists)
            match local_name(part):
                case "problem":
                    self.exercises.paragraph(f"Question: {words}")
                case "solution":
                    self.exercises.paragraph(f"Answer: {words}")

    def _title(self, node: _Element) -> str:
        title = node.find(f"{_NS}title")
        return self._words(title) if title is not None else ""

    def _words(self, node: _Element, newline: str = " ") -> str:
        def read(inner: _Element) -> str | None:
            return newline if local_name(inner) == "newline" else self._read(inner)

        return _EMPTY_REFERENCE.sub("", inline_text(node, read))

    def _read(self, node: _Element) -> str | None:
        """What the elements read as that are more than their words."""
        match local_name(node):
            case "link" if not len(node) and not (node.text or "").strip():
                kind = self._kinds.get(node.get("target-id", ""))
                return f"the {kind} " if kind else self._titles.get(node.get("document"), "")
            case "list" | "table" | "figure" | "title" | "footnote" | "media" | "iframe" | "exercise":
                return " "
        return None

    def _read_with_lists(self, node: _Element) -> str | None:
        match local_name(node):
            case "list":
                items = enumerate(node.iterchildren(f"{_NS}item"))
                letters = node.get("list-type") == "enumerated"
                return " " + " ".join(
                    f"({chr(97 + at % 26)}) {self._words(item)}" if letters else f"{self._words(item)};"
                    for at, item in items
                )
            case _:
                return self._read(node)
