"""Several rankings become one: reciprocal rank fusion.

    score(d) = sum over the rankings r that hold d of  weight_r / (rrf_k + rank_r(d)),   rank counted from 1

(Cormack, Clarke and Büttcher, SIGIR 2009, with rrf_k = 60; MedRAG uses 100.) Qdrant counts positions from 0, so its
``Rrf(k=rrf_k + 1)`` is the same function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from wardround.corpora.records import Passage
from wardround.errors import InputError
from wardround.retrievers.protocols import Hit


def reciprocal_rank_scores(
    rankings: Sequence[Sequence[str]], rrf_k: int, weights: Sequence[float] | None = None
) -> dict[str, float]:
    """Each id's fused score, best first, ties by id; the order of the rankings changes nothing.

    Args:
        rankings: ids, best first, each at most once within its ranking.
        rrf_k: at least 1; larger values let lower ranks count more.
        weights: one a ranking, not negative; all 1 when absent.

    Raises:
        InputError: an id occurs twice in a ranking, or weights and rankings do not fit.
    """
    factors = _checked_weights(len(rankings), rrf_k, weights)
    terms: dict[str, list[float]] = {}
    for ranking, factor in zip(rankings, factors, strict=True):
        if len(set(ranking)) != len(ranking):
            raise InputError("a ranking holds the same passage twice: ranks would be ambiguous")
        for rank, identifier in enumerate(ranking, start=1):
            terms.setdefault(identifier, []).append(factor / (rrf_k + rank))
    # Adding floats one by one in another order could swap two ids that are equally good; fsum rounds once.
    scores = {identifier: fsum(parts) for identifier, parts in terms.items()}
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))


def fuse(
    rankings: Mapping[str, Sequence[Hit]], k: int, rrf_k: int, weights: Mapping[str, float] | None = None
) -> list[Hit]:
    """The ``k`` best hits of several retrievers' rankings under the name ``rrf(a,b)``.

    Args:
        rankings: hits by the name of their retriever, in the order in which the fused name lists them.
        k: hits to return at most.
        rrf_k: see ``reciprocal_rank_scores``.
        weights: by retriever; 1 for a retriever that is not named.

    Raises:
        InputError: a weight for a retriever that is not there, or a passage twice in one ranking.
    """
    unknown = set(weights or {}) - set(rankings)
    if unknown:
        raise InputError(f"no ranking to weigh for {sorted(unknown)}: weights name retrievers among {list(rankings)}")
    factors = [(weights or {}).get(name, 1.0) for name in rankings]
    passages: dict[str, Passage] = {hit.passage.id: hit.passage for hits in rankings.values() for hit in hits}
    scores = reciprocal_rank_scores([[hit.passage.id for hit in hits] for hits in rankings.values()], rrf_k, factors)
    return [
        Hit(passages[identifier], score, rank, fused_name(rankings))
        for rank, (identifier, score) in enumerate(list(scores.items())[:k], start=1)
    ]


def fused_name(retrievers: Mapping[str, object] | Sequence[str]) -> str:
    """The canonical name of a fusion, such as ``rrf(bm25,dense)``."""
    return f"rrf({','.join(retrievers)})"


def _checked_weights(count: int, rrf_k: int, weights: Sequence[float] | None) -> list[float]:
    if rrf_k < 1:
        raise InputError(f"rrf_k is {rrf_k}: it must be 1 or more, as rank 1 would else outweigh everything")
    if weights is None:
        return [1.0] * count
    if len(weights) != count or min(weights, default=0.0) < 0:
        raise InputError(f"{count} rankings need as many weights, none negative; there are {list(weights)}")
    return list(weights)
