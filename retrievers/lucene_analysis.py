"""The words of a text as Lucene's English analyser gives them, which published BM25 runs are made with.

In order: words by Unicode's word boundaries, as far as ordinary text needs them (an apostrophe or full stop joins
letters, a comma or full stop joins digits); the possessive ending goes; lower case; Lucene's 33 stop words go; the
original Porter stemmer. Our own analysis (``analysis.py``) finds more; this one is for comparing with others.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wardround.retrievers.analysis import Analysis, stemmer

# fmt: off
LUCENE_STOP_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no", "not", "of",
    "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "will", "with",
))
# fmt: on
_WORD = re.compile(r"\w+(?:(?<=[^\W\d_])['’.](?=[^\W\d_])\w+|(?<=\d)[.,](?=\d)\w+)*")
_POSSESSIVE = re.compile(r"['’][sS]$")


def lucene_terms(text: str) -> list[str]:
    """The index terms of ``text`` in reading order; empty for a text without words."""
    return [term for word in _WORD.findall(text) if (term := _term(word))]


@lru_cache(maxsize=1 << 17)
def _term(word: str) -> str:
    word = _POSSESSIVE.sub("", word).lower()
    stem: str = "" if word in LUCENE_STOP_WORDS else stemmer("porter").stemWord(word)
    return stem


LUCENE_ENGLISH = Analysis("lucene-english-1", lucene_terms)
