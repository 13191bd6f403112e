"""Options of a multiple-choice question that are written into its text."""

from __future__ import annotations

import re

from wardround.agent.records import AnswerOption

_OPTION = re.compile(r"(?:^|\s)(\(?)([A-J])([).:])\s+")


def split_options(text: str) -> tuple[str, tuple[AnswerOption, ...]]:
    """The question without its options, and the options; none unless at least A and B stand in order.

    Reads ``A) ...``, ``A. ...``, ``A: ...`` and ``(A) ...``, on lines of their own or in a row, all in one style.
    """
    marks = list(_OPTION.finditer(text))
    start = next((i for i, mark in enumerate(marks) if mark[2] == "A"), None)
    if start is None:
        return text, ()
    marks = marks[start:]
    in_order = [mark for position, mark in enumerate(marks) if mark[2] == chr(ord("A") + position)]
    styles = {(mark[1], mark[3]) for mark in marks}
    if len(in_order) < 2 or len(in_order) != len(marks) or len(styles) > 1:
        return text, ()
    ends = [*(mark.start() for mark in in_order[1:]), len(text)]
    options = tuple(
        AnswerOption(mark[2], text[mark.end() : end].strip()) for mark, end in zip(in_order, ends, strict=True)
    )
    question = text[: in_order[0].start()].strip()
    if not question or not all(option.text for option in options):
        return text, ()
    return question, options
