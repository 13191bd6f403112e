"""Texts that say the same in nearly the same words, found without comparing each with each.

Candidates are found by MinHash in bands (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
chapter 3): two sets whose Jaccard similarity is s agree in at least one of b bands of r minima with probability
1 - (1 - s^r)^b, here 0.997 for s = 0.8. What the two texts share is then counted exactly.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LINKER = 1
"""Raised whenever other texts are found to be alike."""

_WORDS_IN_SHINGLE = 3
_BANDS, _ROWS = 8, 3
_LEAST_SIMILARITY = 0.8
_WORD = re.compile(r"[^\W_]+(?:\.\d+)?")
_NEGATIONS = frozenset({"no", "not", "never", "without", "neither", "nor", "none", "cannot"})


def band_keys(text: str) -> list[int]:
    """Signed 64-bit keys; texts that share one are candidates. Texts of fewer than three words have none."""
    import numpy as np

    shingles = np.fromiter(_shingles(_words(text)), dtype=np.uint64)
    if not len(shingles):
        return []
    factors, offsets = _permutations()
    minima = (shingles[:, None] * factors + offsets).min(axis=0).reshape(_BANDS, _ROWS)
    weights = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
    keys = (minima * weights).sum(axis=1, dtype=np.uint64) + np.arange(_BANDS, dtype=np.uint64)
    return [int(key) for key in keys.astype(np.int64)]


def say_the_same(one: str, other: str) -> bool:
    """Whether two texts share four fifths of their runs of three words, and all their numbers and negations.

    The same paragraph with another dose is another statement, however alike the words are.
    """
    words, others = _words(one), _words(other)
    if _telling(words) != _telling(others):
        return False
    shingles, other_shingles = _shingles(words), _shingles(others)
    shared = len(shingles & other_shingles)
    return shared >= _LEAST_SIMILARITY * (len(shingles) + len(other_shingles) - shared) > 0


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _telling(words: list[str]) -> Counter[str]:
    return Counter(word for word in words if word in _NEGATIONS or not word.isalpha())


def _shingles(words: list[str]) -> set[int]:
    return {
        zlib.crc32(" ".join(words[at : at + _WORDS_IN_SHINGLE]).encode())
        for at in range(len(words) - _WORDS_IN_SHINGLE + 1)
    }


@cache
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Odd factors and offsets modulo 2**64, the same on every machine."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(3))
    drawn = generator.integers(0, 2**63, size=(2, _BANDS * _ROWS), dtype=np.uint64)
    return drawn[0] * np.uint64(2) + np.uint64(1), drawn[1]
