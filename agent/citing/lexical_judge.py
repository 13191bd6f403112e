"""The default judge: words, numbers, medicines and direction of a claim against its passages, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.citing.direction import conflict
from wardround.agent.citing.medicines import medicines_in
from wardround.agent.citing.numbers import missing_numbers
from wardround.agent.citing.support import Stretch, best_stretches
from wardround.agent.citing.verbatim import quotes_stand
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.citing.words import meanings, specific
from wardround.agent.records import DraftClaim, Quote, Verdict, VerifiedClaim
from wardround.corpora.records import Passage


@dataclass(frozen=True, slots=True)
class LexicalThresholds:
    """Shares of a claim's words, from 0 to 1, that one or two sentences of a passage must hold.

    Measured by ``evals.judge_agreement``.
    """

    supported: float = 0.7
    partly: float = 0.5
    contradicted: float = 0.5


class LexicalJudge:
    """Judges by what can be counted.

    A claim is supported when one or two sentences of a passage hold nearly all of its words, point the same
    way, and the passage holds every number with its unit, every medicine, and every other word of the claim
    that names something. Where only such a word is absent, the claim is partly supported. A missing number or
    medicine is never "partly": a dose that the source does not state must not be shown as if it did.
    """

    def __init__(self, thresholds: LexicalThresholds | None = None) -> None:
        self._thresholds = thresholds or LexicalThresholds()

    @property
    def fingerprint(self) -> str:
        """Rules and thresholds."""
        limits = self._thresholds
        return f"lexical-2({limits.supported},{limits.partly},{limits.contradicted})"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        """The claim with the best verdict that one of its passages gives, and each passage's own words."""
        if claim.origin == "quotation" and quotes_stand(claim, passages):
            return VerifiedClaim(claim.text, "supported", claim.origin, claim.quotes)
        quotes = [quote for passage in passages for quote in self._judge_one(claim.text, passage)]
        verdict = best_verdict(quote.verdict for quote in quotes)
        shown = tuple(quote for quote in quotes if quote.verdict != "not_found")
        return VerifiedClaim(claim.text, verdict, claim.origin, shown)

    def _judge_one(self, claim: str, passage: Passage) -> list[Quote]:
        stretches = best_stretches(claim, passage)
        if not stretches:
            return []
        verdict = self._verdict(claim, passage, stretches)
        return [
            Quote(passage.id, passage.text[stretch.start : stretch.end], stretch.start, stretch.end, verdict)
            for stretch in sorted(stretches, key=lambda stretch: stretch.start)
        ]

    def _verdict(self, claim: str, passage: Passage, stretches: Sequence[Stretch]) -> Verdict:
        limits = self._thresholds
        best, coverage = stretches[0], stretches[-1].coverage
        if best.coverage >= limits.contradicted and conflict(claim, passage.text[best.start : best.end]):
            return "contradicted"
        if coverage < limits.partly or missing_numbers(claim, passage.contents):
            return "not_found"
        if medicines_in(claim) - medicines_in(passage.contents):
            return "not_found"
        unnamed = specific(meanings(claim)) - meanings(passage.contents)
        return "supported" if coverage >= limits.supported and not unnamed else "partly"
