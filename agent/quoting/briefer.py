"""A brief out of the hits' own sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wardround.agent.quoting.candidates import candidates_of
from wardround.agent.records import Brief
from wardround.retrievers.analysis import analyse
from wardround.retrievers.protocols import Hit
from wardround.retrievers.term_rarity import TermRarity

READ = 5
"""Hits that a brief is taken from."""
QUOTED = 2
LEAST_SHARE = 0.35
"""A sentence that holds a smaller IDF-weighted share of the query's words does not say it."""


class QuotingBriefer:
    """Quotes the sentences that hold most of the query's words; needs no embedding, so it costs next to nothing."""

    def __init__(self, rarity: TermRarity) -> None:
        self._rarity = rarity

    async def brief(self, query: str, hits: Sequence[Hit]) -> Brief:
        """At most ``QUOTED`` sentences, verbatim; empty when none holds enough of the query."""
        return await asyncio.to_thread(self._brief, query, hits)  # how rare a word is, is asked of the store

    def _brief(self, query: str, hits: Sequence[Hit]) -> Brief:
        words = set(analyse(query))
        total = self._rarity.total(list(words)) or 1.0
        shares = [
            (self._rarity.total(list(words & set(analyse(candidate.in_context)))) / total, candidate)
            for hit in hits[:READ]
            for candidate in candidates_of(hit.passage)
        ]
        best = sorted((one for one in shares if one[0] >= LEAST_SHARE), key=lambda one: -one[0])[:QUOTED]
        quoted = [candidate for _, candidate in best]
        ids = dict.fromkeys(one.passage.id for one in quoted)
        return Brief(query, " ".join(one.text for one in quoted), tuple(ids))
