"""Table rows as lines that are understood when they are quoted alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from wardround.corpora.plaintext import one_line

WIDEST_SPAN = 100
"""Columns or rows; a cell that claims to span more spans this many."""


class Cell(NamedTuple):
    """A cell of a table and over how many columns and rows it goes."""

    text: str
    columns: int = 1
    rows: int = 1


class TableText(NamedTuple):
    """Lines for the rows of a table; ``titles`` are cells of the header as wide as the table."""

    titles: tuple[str, ...]
    lines: list[str]


def table_text(head: Iterable[Sequence[Cell]], body: Iterable[Sequence[Cell]]) -> TableText:
    """A table with spanning cells and a header of any number of rows as one line for each row of its body."""
    header = _grid(head)
    titles = []
    while header and len(header[0]) > 1 and len(set(header[0])) == 1:
        titles.append(header.pop(0)[0])
    width = max((len(row) for row in header), default=0)
    columns = [[row[at] for row in header if at < len(row) and row[at]] for at in range(width)]
    labels = [" ".join(dict.fromkeys(column)) for column in columns]
    return TableText(tuple(title for title in titles if title), row_lines(labels, _grid(body)))


def _grid(rows: Iterable[Sequence[Cell]]) -> list[list[str]]:
    """The text at each place of a table; a cell that spans several is repeated in each."""
    grid: list[list[str]] = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        line: list[str] = []
        for cell in row:
            _hang(line, hanging)
            for _ in range(min(max(cell.columns, 1), WIDEST_SPAN)):
                if cell.rows > 1:
                    hanging[len(line)] = (min(cell.rows, WIDEST_SPAN) - 1, cell.text)
                line.append(cell.text)
        _hang(line, hanging)
        grid.append(line)
    return grid


def _hang(line: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Adds the cells that reach down from the rows above at the end of ``line``."""
    while len(line) in hanging:
        left, text = hanging.pop(len(line))
        if left > 1:
            hanging[len(line)] = (left - 1, text)
        line.append(text)


# Labels of a first column that add nothing to what its cells name.
_SILENT_KEYS = frozenset(
    {"", "parameter", "property", "feature", "variable", "item", "characteristic", "drug", "agent", "medication"}
)
# Labels of a second and last column that add nothing to what its cells say.
_SILENT_VALUES = frozenset({"", "value", "detail", "details", "description", "recommendation"})
_LONGEST_KEY = 8
"""Words; without a header, a longer first cell is no key to the others."""
_CONJUNCTIONS = frozenset({"and", "or", "and/or"})


def row_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """One line for each row that holds anything, each cell under the label of its column.

    ``Ceftriaxone — IV Dose: 1-2 g; Frequency: Every 24 hours`` for a column of drugs,
    ``Killip Class: II; Mortality: 17%`` where the first cell needs its label,
    ``Initial fluid: 30 mL/kg`` for a table of keys and values. Empty cells are left out; an empty
    first cell means the same as the one above it, as tables of scores write it. A cell that spans a
    whole row is given once.
    """
    labels = [one_line(label).rstrip(":") for label in header]
    lines = []
    key = ""
    for row in rows:
        cells = [one_line(cell) for cell in row]
        if any(cells):
            key = cells[0] or key
            lines.append(_row_line(labels, [key, *cells[1:]]))
    return lines


def _row_line(labels: Sequence[str], cells: Sequence[str]) -> str:
    if len(cells) > 1 and len(set(cells)) == 1:
        return cells[0]
    if not any(labels) and len(cells[0].split()) > _LONGEST_KEY:
        return "; ".join(cell.rstrip(".;") for cell in cells if cell)
    labels = [*labels, *[""] * (len(cells) - len(labels))]
    key, rest = cells[0], [(label, cell) for label, cell in zip(labels[1:], cells[1:], strict=False) if cell]
    silent_key = labels[0].lower() in _SILENT_KEYS
    if key and silent_key and len(labels) == 2 and labels[1].lower() in _SILENT_VALUES:
        return ": ".join([key.rstrip(":"), *[cell for _, cell in rest]])
    first = key if silent_key else _labelled(labels[0], key)
    values = _joined(rest)
    if not (first and values):
        return first or values
    return f"{first.rstrip(':')} — {values}" if silent_key else _joined([("", first), *rest])


def _joined(pairs: Sequence[tuple[str, str]]) -> str:
    """Labelled cells with semicolons between; a cell that is only "and" joins its neighbours."""
    line = ""
    conjunction = True
    for label, cell in pairs:
        conjunctive = not label and cell.lower() in _CONJUNCTIONS
        if line:
            line = f"{line} " if conjunction or conjunctive else f"{line.rstrip('.;')}; "
        line += _labelled(label, cell)
        conjunction = conjunctive
    return line


def _labelled(label: str, cell: str) -> str:
    if not label or not cell or cell.lower().startswith(label.lower()):
        return cell
    return f"{label}: {cell}"
