"""From an engine's scored passages to hits in the one order that every store promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardround.corpora.records import Passage
from wardround.retrievers.protocols import Hit, Scores

EXACT_UP_TO = 100_000
"""Stores of at most this many passages are searched exactly: 10 ms at 70 000 passages of 384 dimensions, while an
HNSW graph took 52 s to build for 30 000 and loses recall."""

HNSW_EF = 256
"""Candidates that a search through an HNSW graph keeps, beyond ``EXACT_UP_TO`` passages."""

OVERSAMPLING = 2.0
"""Of quantised vectors, so many times the passages wanted are scored again by their full vectors."""

_DECIMALS = 5
_SPARE = 16


class Scored(NamedTuple):
    """A passage with the score its engine gave it."""

    score: float
    passage: Passage


class Keyed(NamedTuple):
    """Passages by their keys with the scores an engine gave them, both of shape (passages,)."""

    scores: Scores
    keys: NDArray[np.int64]

    @classmethod
    def of(cls, scored: Iterable[tuple[float, int]]) -> Keyed:
        """From pairs of score and key."""
        pairs = list(scored)
        return cls(np.array([score for score, _ in pairs], float), np.array([key for _, key in pairs], np.int64))


def ranked(scored: Iterable[Scored], k: int, retriever: str) -> list[Hit]:
    """The best ``k`` by falling score, ties by passage id.

    Scores are rounded to five decimals first: an engine adds up 32-bit floats in another order in each of its
    segments, so that equal passages would differ in the seventh digit and tie on no machine alike.
    """
    in_turn = sorted((-round(item.score, _DECIMALS), item.passage.id, item.passage) for item in scored)
    return [
        Hit(passage=passage, score=-negated, rank=rank, retriever=retriever)
        for rank, (negated, _, passage) in enumerate(in_turn[: max(k, 0)], start=1)
    ]


def best(fetch: Callable[[int], list[Scored]], k: int, retriever: str) -> list[Hit]:
    """``ranked``, with every passage in view that ties with the last one.

    Args:
        fetch: the engine's best passages up to a limit, in an order that breaks ties its own way.
        k: how many hits; 0 or less asks the engine nothing.
        retriever: name that the hits carry.
    """
    return ranked(_with_ties(fetch, k), k, retriever)


def best_keys(
    fetch: Callable[[Sequence[int], int], Iterable[Keyed]], queries: Iterable[int], k: int
) -> dict[int, dict[int, float]]:
    """``best`` for several queries and by keys alone: score by key, rounded alike, ties by key.

    Args:
        fetch: for each of these queries, the engine's best up to a limit.
        queries: their numbers, which are the keys of what is returned.
        k: how many passages for each.
    """
    waiting = list(queries)
    if k <= 0:
        return {query: {} for query in waiting}
    limit = k + _SPARE
    found: dict[int, dict[int, float]] = {}
    while waiting:
        for query, (scores, keys) in zip(waiting, fetch(waiting, limit), strict=True):
            if _holds_ties(scores, k, limit):
                shown = rounded(scores)
                first = np.lexsort((keys, -shown))[:k]
                found[query] = dict(zip(keys[first].tolist(), shown[first].tolist(), strict=True))
        waiting = [query for query in waiting if query not in found]
        limit *= 4
    return found


def rounded(scores: Scores) -> Scores:
    """As scores are compared and shown, whichever way they were added up."""
    return scores.round(_DECIMALS)


def in_order(found: Keyed, keys: Sequence[int]) -> Scores:
    """The scores in the order of ``keys``, rounded as in a ranking; NaN for a key that was not found."""
    wanted = np.array(keys, dtype=np.int64)
    order = wanted.argsort()
    scores: Scores = np.full(len(keys), np.nan)
    scores[order[np.searchsorted(wanted, found.keys, sorter=order)]] = found.scores
    return rounded(scores)


def _with_ties(fetch: Callable[[int], list[Scored]], k: int) -> list[Scored]:
    """The engine's best ``k`` and more, so that what ties with the last of them is there."""
    if k <= 0:
        return []
    limit = k + _SPARE
    found = fetch(limit)
    while not _holds_ties([item.score for item in found], k, limit):
        limit *= 4
        found = fetch(limit)
    return found


def _holds_ties(scores: Sequence[float] | Scores, k: int, limit: int) -> bool:
    """Whether everything that ties with the ``k``-th is among the engine's best up to ``limit``, whose scores fall."""
    return len(scores) < limit or round(float(scores[-1]), _DECIMALS) < round(float(scores[k - 1]), _DECIMALS)
