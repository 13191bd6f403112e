"""Several judges as one: the strict ones may veto, the others decide."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.citing.verbatim import quotes_stand
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.collaborators import SupportJudge
from wardround.agent.records import DraftClaim, Verdict, VerifiedClaim
from wardround.corpora.records import Passage

_CAUTION: tuple[Verdict, ...] = ("supported", "partly", "not_found", "contradicted")


class CautiousJudge:
    """Every judge is asked about each passage, and the most cautious verdict counts.

    So a model may understand a paraphrase, and yet cannot wave through a dose that the number check misses.
    """

    def __init__(self, judges: Sequence[SupportJudge]) -> None:
        if not judges:
            raise ValueError("a combination needs at least one judge")
        self._judges = tuple(judges)

    @property
    def fingerprint(self) -> str:
        """Those of its judges."""
        return f"cautious({','.join(judge.fingerprint for judge in self._judges)})"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        """The claim with the best of the cautious verdicts; quotes are those of the judge that was cautious."""
        if claim.origin == "quotation" and quotes_stand(claim, passages):
            return VerifiedClaim(claim.text, "supported", claim.origin, claim.quotes)
        outcomes: list[VerifiedClaim] = []
        for passage in passages:
            alone = DraftClaim(claim.text, (passage.id,), "model")
            given = [await judge.judge(alone, [passage]) for judge in self._judges]
            outcomes.append(max(given, key=lambda one: _CAUTION.index(one.verdict)))
        quotes = tuple(quote for outcome in outcomes for quote in outcome.quotes)
        return VerifiedClaim(claim.text, best_verdict(one.verdict for one in outcomes), claim.origin, quotes)
