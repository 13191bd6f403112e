"""Text without markup as paragraphs and list items."""

from __future__ import annotations

import re

from wardround.corpora.layout import Layout
from wardround.corpora.plaintext import lines

_BULLET = re.compile(r"^(?P<indent>\s*)(?:[-*•·▪◦‣–]|(?P<number>\d{1,3})[.)])\s+(?=\S)")
_SHORTEST_WRAP = 45
"""Characters; a line at least this long that stops without a stop was wrapped and goes on in the next."""
_HYPHENATED = re.compile(r"(?<=[a-zà-ÿ])-$")
_ENDS = (".", "!", "?", ":", ";")


def add_prose(layout: Layout, text: str) -> None:
    """Adds ``text`` to the layout: bullets and numbers begin items, other lines are paragraphs.

    Lines that were wrapped at a margin are joined again, also where a word was hyphenated at the end of a
    line; a blank line always ends a paragraph.
    """
    for paragraph in unwrapped(text):
        bullet = _BULLET.match(paragraph)
        if bullet:
            number = int(bullet["number"]) if bullet["number"] else None
            layout.item(paragraph[bullet.end() :], min(len(bullet["indent"]) // 2, 4), number)
        else:
            layout.paragraph(paragraph)


def unwrapped(text: str) -> list[str]:
    """The paragraphs of ``text``, each on one line, leading blanks kept."""
    paragraphs: list[str] = []
    goes_on = False
    for line in lines(text):
        words = line.strip()
        if goes_on and words and not _BULLET.match(line):
            joint = _HYPHENATED.search(paragraphs[-1])
            before = paragraphs[-1][:-1] if joint and words[0].islower() else f"{paragraphs[-1]} "
            paragraphs[-1] = before + words
        elif words:
            paragraphs.append(line)
        goes_on = len(words) >= _SHORTEST_WRAP and not words.endswith(_ENDS)
    return paragraphs
