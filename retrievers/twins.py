"""One hit for passages that say the same, so that a text held by two corpora does not take two places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from wardround.retrievers.protocols import Hit


def without_twins(hits: Iterable[Hit], k: int) -> list[Hit]:
    """The first ``k`` hits none of which says the same as a better one, ranks counted anew.

    The place of the better one is kept. It is taken by the other where only that is known to be retracted or
    corrected: what one corpus knows about an article must not be lost because another corpus does not.
    """
    kept: list[Hit] = []
    place_of: dict[str, int] = {}
    for hit in hits:
        place = place_of.get(hit.passage.id)
        if place is None:
            if len(kept) == k:
                if not place_of:
                    break
                continue
            if hit.passage.same_as:
                place_of |= dict.fromkeys(hit.passage.same_as, len(kept))
            kept.append(_at(hit, len(kept) + 1))
        elif _is_marked(hit) and not _is_marked(kept[place]):
            kept[place] = replace(kept[place], passage=hit.passage)
    return kept


def _at(hit: Hit, rank: int) -> Hit:
    return hit if hit.rank == rank else replace(hit, rank=rank)


def _is_marked(hit: Hit) -> bool:
    return hit.passage.biblio.retracted or bool(hit.passage.biblio.corrections)
