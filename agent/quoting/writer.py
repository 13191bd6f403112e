"""Writes an answer out of the evidence's own sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from wardround.agent.collaborators import OnToken
from wardround.agent.quoting.answerability import answers_something
from wardround.agent.quoting.candidates import candidates_of
from wardround.agent.quoting.composing import compose
from wardround.agent.quoting.gaps import everyday_words, missing_qualifiers, missing_words
from wardround.agent.quoting.medicine_match import speaks_of
from wardround.agent.quoting.relevance import Relevance, Scored
from wardround.agent.records import Brief, Draft, DraftClaim, Evidence, Framed
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.term_rarity import TermRarity

StoredVectors = Callable[[Sequence[str]], Matrix]
"""The dense vectors of passages by id, as the store keeps them."""


class QuotingWriter:
    """Selects, orders and quotes; it writes no word of its own."""

    def __init__(
        self, relevance: Relevance, rarity: TermRarity, stored_vectors: StoredVectors, max_claims: int
    ) -> None:
        self._relevance = relevance
        self._rarity = rarity
        self._stored_vectors = stored_vectors
        self._max_claims = max_claims

    async def write(
        self, framed: Framed, evidence: Sequence[Evidence], briefs: Sequence[Brief], on_token: OnToken
    ) -> Draft:
        """Quotations that answer the question, and the parts of it that nothing quoted speaks to."""
        scored = await asyncio.to_thread(self._score, framed.question, evidence)
        if not answers_something(framed.question, scored, self._rarity):
            return Draft(claims=())
        chosen = compose(framed.question, scored, self._max_claims, self._rarity)
        for one in chosen:
            on_token(one.candidate.text + "\n")
        return Draft(claims=tuple(_claim(one) for one in chosen), uncovered=self._uncovered(framed.question, chosen))

    async def rewrite(self, framed: Framed, claim: DraftClaim, evidence: Sequence[Evidence]) -> DraftClaim | None:
        """Nothing: a quotation cannot be corrected."""
        return None

    def _score(self, question: str, evidence: Sequence[Evidence]) -> list[Scored]:
        passages = [one.passage for one in evidence]
        if not passages:
            return []
        vectors = self._stored_vectors([one.id for one in passages])
        by_id = {passage.id: vector for passage, vector in zip(passages, vectors, strict=True)}
        return self._relevance.score(question, [one for each in passages for one in candidates_of(each)], by_id)

    def _uncovered(self, question: str, chosen: Sequence[Scored]) -> tuple[str, ...]:
        quoted = [one.candidate.in_context for one in chosen]
        passages = [one.candidate.passage.contents for one in chosen]
        qualifiers = missing_qualifiers(question, quoted)
        missing = missing_words(question, passages, self._rarity)
        together = "\n".join(passages)
        words = [
            f"“{word}”"
            for word in missing
            if word.casefold() not in everyday_words() and not speaks_of(word.casefold(), together)
        ]
        return (*qualifiers, *words)


def _claim(one: Scored) -> DraftClaim:
    candidate = one.candidate
    return DraftClaim(candidate.text, (candidate.passage.id,), "quotation", candidate.quotes)
