"""How telling a word is in an index: its BM25 inverse document frequency, asked from the store itself."""

from __future__ import annotations

import math
from collections.abc import Sequence

from wardround.errors import ConfigError
from wardround.retrievers.analysis import ENGLISH_BIOMEDICAL, Analysis
from wardround.retrievers.bm25 import Bm25Encoder, term_id
from wardround.retrievers.protocols import PassageStore, SparseVector

_DIGITS = 3
"""Stores round their scores, so an IDF taken from one is exact to about this many decimals."""


def require_readable(analysis: Analysis) -> None:
    """Passes when answers, which read words in one way only, can be built on an index of this analysis.

    Raises:
        ConfigError: they cannot.
    """
    if analysis != ENGLISH_BIOMEDICAL:
        raise ConfigError(
            f"answers read words by {ENGLISH_BIOMEDICAL.fingerprint}, not by {analysis.fingerprint}: set "
            "retrieval.bm25.analysis back, and build again what was made by it; other analyses are for searches alone"
        )


class TermRarity:
    """IDF of index terms, without an artefact of its own.

    A one-term query scores ``idf(t) * weight(t, passage)``, and the passage's weight is known, so one
    search of depth 1 gives the IDF that the store itself ranks with. Results are remembered.
    """

    def __init__(self, store: PassageStore, encoder: Bm25Encoder) -> None:
        """Asks ``store``, whose passages ``encoder`` has encoded.

        Raises:
            ConfigError: the encoder cuts words in another way than those do who ask for their rarity.
        """
        require_readable(encoder.analysis)
        self._store = store
        self._encoder = encoder
        self._known: dict[str, float | None] = {}
        self._passages = store.count()

    def known(self, term: str) -> bool:
        """Whether any passage of the index holds the term."""
        return self._lookup(term) is not None

    def idf(self, term: str) -> float:
        """``ln(1 + (N - df + 0.5) / (df + 0.5))``; for an unknown term its value at df = 0."""
        found = self._lookup(term)
        return self._idf_at(0) if found is None else found

    def idf_in_share(self, share: float) -> float:
        """The IDF of a term that stands in this share of the passages, between 0 and 1, but at least in one."""
        return self._idf_at(max(1.0, share * self._passages))

    def total(self, terms: Sequence[str]) -> float:
        """Sum of the IDFs, each term counted once."""
        return sum(self.idf(term) for term in set(terms))

    def _idf_at(self, frequency: float) -> float:
        return round(math.log(1 + (self._passages - frequency + 0.5) / (frequency + 0.5)), _DIGITS)

    def _lookup(self, term: str) -> float | None:
        if term not in self._known:
            self._known[term] = self._ask(term)
        return self._known[term]

    def _ask(self, term: str) -> float | None:
        number = term_id(term)
        hits = self._store.search_sparse(SparseVector((number,), (1.0,)), 1)
        if not hits:
            return None
        stored = self._encoder.encode_passage(hits[0].passage.contents)
        weight = dict(zip(stored.indices, stored.values, strict=True))[number]
        return round(hits[0].score / weight, _DIGITS)
