"""Table rows as lines that are understood when they are quoted alone."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.corpora.plaintext import one_line

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
