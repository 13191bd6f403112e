"""XML from outside: parsed without trust, and its inline markup as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wardround.corpora.mathml import local_name, math_text
from wardround.corpora.plaintext import one_line, superscript

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

InlineText = Callable[["_Element"], str | None]
"""What an inline element reads as; None for the words inside it."""

_BREAKS = frozenset({"newline", "br", "break", "space", "p", "para", "title", "label", "list", "item", "list-item"})


def safe_parser() -> XMLParser:
    """An XML parser that expands no entity, fetches nothing and bounds depth and text."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=False,
    )


def parse_xml(data: bytes) -> _Element:
    """The root element of a document.

    Raises:
        ValueError: it is not well-formed; the message says where, on one line.
    """
    from lxml import etree

    try:
        return etree.fromstring(data, safe_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"not well-formed XML: {one_line(str(error))}") from error


def inline_text(element: _Element, read: InlineText | None = None) -> str:
    """An element's words on one line, with raised digits kept apart and formulas made readable.

    Args:
        element: a paragraph, title, table cell or the like.
        read: gives the text of elements that are more than their words, such as references.
    """
    return one_line(_mixed(element, read) if len(element) else element.text or "")


def _mixed(element: _Element, read: InlineText | None) -> str:
    pieces = [element.text or ""]
    for child in element:
        name = local_name(child)
        own = read(child) if read and name else None
        if own is not None:
            pieces.append(own)
        elif name == "sup":
            pieces.append(superscript(_mixed(child, read)))
        elif name == "math":
            pieces.append(math_text(child))
        elif name in _BREAKS:
            pieces.append(f" {_mixed(child, read)} ")
        elif name:
            pieces.append(_mixed(child, read))
        pieces.append(child.tail or "")
    return "".join(pieces)
