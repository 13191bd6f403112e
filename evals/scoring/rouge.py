"""ROUGE-2 and ROUGE-SU4, by which BioASQ scores ideal answers (Lin 2004)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

_WORD = re.compile(r"[a-z0-9]+")
_MOST_SKIPPED = 4


def rouge_2(text: str, references: Sequence[str]) -> float:
    """F1 of the word pairs, against the reference it matches best; in [0, 1]."""
    return max((_f1(_pairs(_words(text)), _pairs(_words(reference))) for reference in references), default=0.0)


def rouge_su4(text: str, references: Sequence[str]) -> float:
    """F1 of single words and of ordered pairs with at most four words between them; best reference; in [0, 1]."""
    return max((_f1(_skips(_words(text)), _skips(_words(reference))) for reference in references), default=0.0)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _pairs(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(pairwise(words))


def _skips(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    skips: Counter[tuple[str, ...]] = Counter((word,) for word in words)
    for start, word in enumerate(words):
        skips.update((word, later) for later in words[start + 1 : start + 2 + _MOST_SKIPPED])
    return skips


def _f1(found: Counter[tuple[str, ...]], expected: Counter[tuple[str, ...]]) -> float:
    shared = sum((found & expected).values())
    return 2 * shared / (found.total() + expected.total()) if shared else 0.0
