"""Formulas in MathML as a line that can be read aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardround.corpora.plaintext import one_line, superscript

if TYPE_CHECKING:
    from lxml.etree import _Element

_FUNCTION_APPLICATIONS = str.maketrans("", "", "\u2061\u2062\u2063\u2064")
_SPACED_OPERATORS = frozenset("=<>≤≥≠≈+−-±×·÷→⇌∼≃∝")
_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark"})


def math_text(element: _Element) -> str:
    """``element`` on one line: ``(a + b)/c``, ``x²``, ``H_2``, ``√(x)``; unknown elements give their words."""
    return one_line(_linear(element))


def _linear(element: _Element) -> str:
    name = local_name(element)
    if not name or name in _SILENT:
        return ""
    parts = [_linear(child) for child in element]
    match name, parts:
        case "mfrac", [above, below]:
            return f"{_grouped(above)}/{_grouped(below)}"
        case "msup", [base, raised]:
            small = superscript(raised)
            return base + (small if small != one_line(raised) else f"^{_grouped(raised)}")
        case "msub" | "munder", [base, lowered]:
            return f"{base}_{_grouped(lowered)}"
        case "msubsup" | "munderover", [base, lowered, raised]:
            return f"{base}_{_grouped(lowered)}^{_grouped(raised)}"
        case "mover", [base, _]:
            return base
        case "msqrt", _:
            return f"√({''.join(parts)})"
        case "mroot", [radicand, degree]:
            return f"root {one_line(degree)} of ({radicand})"
        case "mfenced", _:
            separators = element.get("separators", ",").strip() or ","
            return f"{element.get('open', '(')}{f'{separators[0]} '.join(parts)}{element.get('close', ')')}"
        case "mtable", _:
            return "; ".join(part.strip() for part in parts)
        case "mtr", _:
            return " ".join(part.strip() for part in parts)
        case "mspace", _:
            return " "
        case "mo", _:
            sign = one_line(element.text or "").translate(_FUNCTION_APPLICATIONS)
            return f" {sign} " if sign in _SPACED_OPERATORS else sign
        case "mtext", _:
            return "".join([element.text or "", *parts])
        case _:
            words = one_line(element.text or "").translate(_FUNCTION_APPLICATIONS)
            return words + "".join(parts)


def local_name(element: _Element) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _grouped(text: str) -> str:
    text = one_line(text)
    return f"({text})" if " " in text else text
