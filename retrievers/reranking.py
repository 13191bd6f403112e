"""Reranking as a stage: something that reads query and passage together orders the best hits anew.

It is not part of the default search: on R2MED, reranking the best dense model's first ten with three published
rerankers lowered nDCG@10 (arXiv:2505.14558).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wardround.errors import InputError
from wardround.retrievers.protocols import Hit
from wardround.retrievers.staged import Stage, followed_by

Scorer = Callable[[str, Sequence[str]], Sequence[float]]
"""How well each text answers a query; larger is better. A cross-encoder, or a language model's probability of "yes"."""


def reranked(scorer: Scorer, depth: int = 20) -> Stage:
    """The first ``depth`` hits by the scorer's scores, equal ones in their order; those beyond keep their places.

    Raises:
        InputError: ``depth`` is below 2.
    """
    if depth < 2:
        raise InputError(f"reranking {depth} hits changes nothing: give a depth of 2 or more")

    def stage(query: str, hits: Sequence[Hit]) -> list[Hit]:
        first = hits[:depth]
        scores = scorer(query, [hit.passage.contents for hit in first])
        scored = [replace(hit, score=float(score)) for hit, score in zip(first, scores, strict=True)]
        return followed_by(sorted(scored, key=lambda hit: -hit.score), hits[depth:])

    return stage
