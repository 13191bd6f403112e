"""Texts that say the same in the same words, found without comparing each with each.

Candidates are found by MinHash in bands (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
chapter 3): two sets whose Jaccard similarity is s agree in at least one of b bands of r minima with probability
1 - (1 - s^r)^b, here 0.997 for s = 0.8. Their words are then compared one by one.

Of texts that are linked only one is shown, so two are linked only where no word is lost with the other. A share of
words in common cannot tell: one word is all that parts "recommended" from "contraindicated", and one disease from
another in texts made from one form.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from wardround.corpora.wording import bare_words, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LINKER = 2
"""Raised whenever other texts are found to be alike."""

_WORDS_IN_SHINGLE = 3
_BANDS, _ROWS = 8, 3
_WORDS_OF_A_TITLE = 6
_NEGATIONS = frozenset({"no", "not", "never", "without", "neither", "nor", "none", "cannot", "against"})


def band_keys(text: str) -> list[int]:
    """Signed 64-bit keys; texts that share one are candidates. Texts of fewer than three words have none."""
    import numpy as np

    shingles = np.fromiter(_shingles(words(text)), dtype=np.uint64)
    if not len(shingles):
        return []
    factors, offsets = _permutations()
    minima = (shingles[:, None] * factors + offsets).min(axis=0).reshape(_BANDS, _ROWS)
    weights = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
    keys = (minima * weights).sum(axis=1, dtype=np.uint64) + np.arange(_BANDS, dtype=np.uint64)
    return [int(key) for key in keys.astype(np.int64)]


def say_the_same(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order.

    They may differ in typography and spelling, in labels such as "Methods:", in notices of copyright, and by a title
    that only one of them has and whose words are all in its text.
    """
    if words(one) == words(other):
        return len(words(one)) >= _WORDS_IN_SHINGLE
    bare, other_bare = bare_words(one), bare_words(other)
    if set(bare) != set(other_bare) or len(set(bare)) < _WORDS_IN_SHINGLE:
        return False
    return bare == other_bare or _without_title(one) == other_bare or bare == _without_title(other)


def _without_title(text: str) -> list[str] | None:
    """The words below the first line, where that is a title which adds nothing to them.

    A short heading is none: "Contraindications", and even "Children" over a text on children and adults, say something.
    """
    title, _, body = text.partition("\n")
    of_title, of_body = bare_words(title), bare_words(body)
    adds_nothing = set(of_title) <= set(of_body) - _NEGATIONS
    return of_body if adds_nothing and len(of_title) >= _WORDS_OF_A_TITLE and not title.endswith(".") else None


def _shingles(run: Sequence[str]) -> set[int]:
    return {
        zlib.crc32(" ".join(run[at : at + _WORDS_IN_SHINGLE]).encode())
        for at in range(len(run) - _WORDS_IN_SHINGLE + 1)
    }


@cache
def _permutations() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Odd factors and offsets modulo 2**64, the same on every machine."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(3))
    drawn = generator.integers(0, 2**63, size=(2, _BANDS * _ROWS), dtype=np.uint64)
    return drawn[0] * np.uint64(2) + np.uint64(1), drawn[1]
