"""From an engine's scored passages to hits in the one order that every store promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

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


def ranked(scored: Iterable[Scored], k: int, retriever: str) -> list[Hit]:
    """The best ``k`` by falling score, ties by passage id.

    Scores are rounded to five decimals first: an engine adds up 32-bit floats in another order in each of its
    segments, so that equal passages would differ in the seventh digit and tie on no machine alike.
    """
    rounded = sorted((-round(item.score, _DECIMALS), item.passage.id, item.passage) for item in scored)
    return [
        Hit(passage=passage, score=-negated, rank=rank, retriever=retriever)
        for rank, (negated, _, passage) in enumerate(rounded[: max(k, 0)], start=1)
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
    fetch: Callable[[Sequence[int], int], Iterable[list[tuple[float, int]]]], queries: Iterable[int], k: int
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
        for query, scored in zip(waiting, fetch(waiting, limit), strict=True):
            if _holds_ties(scored, k, limit):
                rounded = sorted([(-round(score, _DECIMALS), key) for score, key in scored])
                found[query] = {key: -negated for negated, key in rounded[:k]}
        waiting = [query for query in waiting if query not in found]
        limit *= 4
    return found


def in_order(scored: Iterable[tuple[float, int]], keys: Sequence[int]) -> Scores:
    """The scores in the order of ``keys``, rounded as in a ranking; NaN for a key that has none."""
    found = {key: score for score, key in scored}
    return np.array([found.get(key, np.nan) for key in keys], dtype=np.float64).round(_DECIMALS)


def _with_ties(fetch: Callable[[int], list[Scored]], k: int) -> list[Scored]:
    """The engine's best ``k`` and more, so that what ties with the last of them is there."""
    if k <= 0:
        return []
    limit = k + _SPARE
    while not _holds_ties(found := fetch(limit), k, limit):
        limit *= 4
    return found


def _holds_ties(found: Sequence[tuple[float, object]], k: int, limit: int) -> bool:
    """Whether everything that ties with the ``k``-th is among the engine's best up to ``limit``."""
    return len(found) < limit or round(found[-1][0], _DECIMALS) < round(found[k - 1][0], _DECIMALS)
