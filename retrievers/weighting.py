"""Newer or stronger evidence first, where somebody wants that: an optional stage, off by default.

    weight(d) = score(d) scaled to [0, 1] over the hits
                + recency * 2 ** (-age(d) / half_life)
                + evidence * strength(d)

``age`` counts the years from a source to the newest one among the hits, so that an answer does not change because a
year has passed; a source without a year gains nothing. ``strength`` is 1 for the strongest evidence level
(``corpora/evidence_levels.py``), falls in equal steps and is 0 for the weakest and where a record does not tell.

The formula is ours. It says what a reader prefers, not what is relevant: on judged sets, which ask for relevance only,
it can hardly gain (``docs/results/retrieval-fusion.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wardround.corpora.evidence_levels import LEVELS, evidence_level
from wardround.errors import InputError
from wardround.retrievers.protocols import Hit
from wardround.retrievers.staged import Stage, followed_by

_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Preference:
    """How much newness and the level of evidence count beside the score.

    Attributes:
        recency: what the newest source gains, as a share of the distance between the best and the worst score.
        half_life: years after which half of that is left.
        evidence: what the strongest level gains, likewise.
    """

    recency: float = 0.0
    half_life: float = 10.0
    evidence: float = 0.0

    def __post_init__(self) -> None:
        if self.recency < 0 or self.evidence < 0 or self.half_life <= 0:
            raise InputError("recency and evidence must not be negative, and the half-life must be positive")


def preferred(preference: Preference, depth: int = 100) -> Stage:
    """The first ``depth`` hits ``weighed``; those beyond keep their places."""

    def stage(query: str, hits: Sequence[Hit]) -> list[Hit]:
        return followed_by(weighed(hits[:depth], preference), hits[depth:])

    return stage


def weighed(hits: Sequence[Hit], preference: Preference) -> list[Hit]:
    """The hits by falling weight, which is their new score, ranks counted anew; equal ones keep their order."""
    if not hits:
        return []
    scores = [hit.score for hit in hits]
    least, spread = min(scores), max(scores) - min(scores)
    newest = max((hit.passage.biblio.year for hit in hits if hit.passage.biblio.year is not None), default=0)
    weights = [
        round((hit.score - least) / spread if spread else 1.0, _DECIMALS) + _gain(hit, newest, preference)
        for hit in hits
    ]
    order = sorted(range(len(hits)), key=lambda place: (-weights[place], place))
    return [replace(hits[place], score=weights[place], rank=rank) for rank, place in enumerate(order, start=1)]


def _gain(hit: Hit, newest: int, preference: Preference) -> float:
    year = hit.passage.biblio.year
    recent = 0.0 if year is None else 2 ** (-(newest - year) / preference.half_life)
    return preference.recency * recent + preference.evidence * strength(
        hit.passage.biblio.publication_types, hit.passage.biblio.mesh
    )


def strength(publication_types: Sequence[str], mesh: Sequence[str] = ()) -> float:
    """Of the evidence level, between 0 (the weakest, or unknown) and 1 (a guideline)."""
    level = evidence_level(publication_types, mesh)
    return 0.0 if level is None else 1 - LEVELS.index(level) / (len(LEVELS) - 1)
