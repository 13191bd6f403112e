"""The default judge: words, numbers, medicines and direction of a claim against its passages, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.citing.direction import conflict
from wardround.agent.citing.medicines import medicines_in
from wardround.agent.citing.numbers import missing_numbers
from wardround.agent.citing.support import best_stretches
from wardround.agent.citing.verbatim import quotes_stand
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.records import DraftClaim, Quote, Verdict, VerifiedClaim
from wardround.corpora.records import Passage


@dataclass(frozen=True, slots=True)
class LexicalThresholds:
    """Shares of a claim's content words, from 0 to 1, that a passage must hold."""

    supported: float = 0.7
    partly: float = 0.5
    contradicted: float = 0.5


class LexicalJudge:
    """Judges by what can be counted.

    A claim is supported when one or two sentences of a passage hold nearly all of its words, point the same
    way, and the passage holds every number with its unit and every medicine. A missing number or medicine is
    never "partly": a dose that the source does not state must not be shown as if it did.
    """

    def __init__(self, thresholds: LexicalThresholds | None = None) -> None:
        self._thresholds = thresholds or LexicalThresholds()

    @property
    def fingerprint(self) -> str:
        """Rules and thresholds."""
        limits = self._thresholds
        return f"lexical-1({limits.supported},{limits.partly},{limits.contradicted})"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        """The claim with the best verdict that one of its passages gives, and each passage's own words."""
        if claim.origin == "quotation" and quotes_stand(claim, passages):
            return VerifiedClaim(claim.text, "supported", claim.origin, claim.quotes)
        quotes = [quote for passage in passages for quote in self._judge_one(claim.text, passage)]
        verdict = best_verdict([quote.verdict for quote in quotes])
        shown = tuple(quote for quote in quotes if quote.verdict != "not_found")
        return VerifiedClaim(claim.text, verdict, claim.origin, shown)

    def _judge_one(self, claim: str, passage: Passage) -> list[Quote]:
        stretches = best_stretches(claim, passage)
        if not stretches:
            return []
        verdict = self._verdict(
            claim, passage, stretches[-1].coverage, [passage.text[s.start : s.end] for s in stretches]
        )
        return [
            Quote(passage.id, passage.text[stretch.start : stretch.end], stretch.start, stretch.end, verdict)
            for stretch in sorted(stretches, key=lambda stretch: stretch.start)
        ]

    def _verdict(self, claim: str, passage: Passage, coverage: float, quoted: Sequence[str]) -> Verdict:
        limits = self._thresholds
        if coverage < min(limits.partly, limits.contradicted):
            return "not_found"
        if coverage >= limits.contradicted and any(conflict(claim, quote) for quote in quoted[:1]):
            return "contradicted"
        if missing_numbers(claim, passage.contents) or medicines_in(claim) - medicines_in(passage.contents):
            return "not_found"
        if coverage >= limits.supported:
            return "supported"
        return "partly" if coverage >= limits.partly else "not_found"
