"""What of a Word document still stands: not what was deleted, moved elsewhere or struck out, and nothing twice.

A document under revision keeps all of that beside the valid text, and a withdrawn dose must not be quoted. A text box
is kept in two forms, one for each generation of Word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wardround.corpora.mathml import local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BOX = f"{_W}txbxContent"
_MARKS = ("strike", "dstrike")
_OFF = frozenset({"0", "false", "off"})


def standing(parent: _Element, *, into_boxes: bool) -> Iterator[_Element]:
    """What stands below ``parent`` in reading order; of what is there in several forms, the first.

    Args:
        parent: a paragraph, a cell or the like.
        into_boxes: whether to give what is in text boxes, too, or only the boxes.
    """
    for child in parent:
        if local_name(child) in ("del", "moveFrom"):
            continue
        yield child
        if local_name(child) == "AlternateContent":
            yield from standing(child[0], into_boxes=into_boxes) if len(child) else ()
        elif into_boxes or child.tag != _BOX:
            yield from standing(child, into_boxes=into_boxes)


def boxes(paragraph: _Element) -> list[_Element]:
    """The text boxes that hang on a paragraph."""
    return [node for node in standing(paragraph, into_boxes=False) if node.tag == _BOX]


def is_deleted_row(row: _Element) -> bool:
    """Whether a table row is only kept to show that it was deleted."""
    return row.find(f"{_W}trPr/{_W}del") is not None


class Strikes:
    """Knows which runs are struck out, by themselves or by their styles."""

    def __init__(self, styles: _Element | None) -> None:
        """Takes the root of the document's styles, if it has any."""
        found = styles.iter(f"{_W}style") if styles is not None else ()
        self._styles = {style.get(f"{_W}styleId", ""): style for style in found}

    def strike(self, run: _Element, paragraph: _Element) -> bool:
        """Whether ``run`` of ``paragraph`` is struck out once or doubly."""
        return any(self._is_on(mark, run, paragraph) for mark in _MARKS)

    def _is_on(self, mark: str, run: _Element, paragraph: _Element) -> bool:
        own = _switch(run, mark)
        if own is not None:
            return own
        # Styles of a paragraph and of its characters turn each other round, as the standard has it.
        of_characters = self._by_style(_value(run, "rPr", "rStyle"), mark)
        of_paragraph = self._by_style(_value(paragraph, "pPr", "pStyle"), mark)
        return of_characters != of_paragraph

    def _by_style(self, name: str, mark: str) -> bool:
        seen: set[str] = set()
        while name in self._styles and name not in seen:
            seen.add(name)
            switched = _switch(self._styles[name], mark)
            if switched is not None:
                return switched
            based_on = self._styles[name].find(f"{_W}basedOn")
            name = based_on.get(f"{_W}val", "") if based_on is not None else ""
        return False


def _switch(node: _Element, mark: str) -> bool | None:
    """What a run or style says itself; None where it says nothing."""
    found = node.find(f"{_W}rPr/{_W}{mark}")
    return None if found is None else found.get(f"{_W}val", "true") not in _OFF


def _value(node: _Element, properties: str, name: str) -> str:
    found = node.find(f"{_W}{properties}/{_W}{name}")
    return found.get(f"{_W}val", "") if found is not None else ""
