"""Claim by claim: judge, ask once more, then quote, mark or drop, never silently (methods 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardround.agent.context import AgentContext
from wardround.agent.models.protocol import Usage
from wardround.agent.records import Draft, DraftClaim, Evidence, Framed, VerifiedClaim
from wardround.errors import WardroundError

STANDS = frozenset({"supported", "partly"})


@dataclass(frozen=True, slots=True)
class Verification:
    """The claims that will be shown, and what a reader must know about those that will not."""

    claims: tuple[VerifiedClaim, ...]
    warnings: tuple[str, ...]
    usage: Usage


async def verify_draft(
    draft: Draft, framed: Framed, evidence: Sequence[Evidence], context: AgentContext
) -> Verification:
    """Every claim with a verdict; unsupported ones are treated as ``settings.unsupported`` says."""
    claims: list[VerifiedClaim] = []
    warnings: list[str] = []
    for drafted in draft.claims:
        verified = await _judge(drafted, evidence, context)
        if verified.verdict not in STANDS and drafted.origin == "model":
            verified = await _second_try(drafted, framed, evidence, context) or verified
        if verified.verdict in STANDS or context.settings.unsupported == "mark":
            claims.append(verified)
        elif context.settings.unsupported == "drop":
            warnings.append(f"left out, because no passage supports it: {verified.text}")
        else:
            warnings.append(f"replaced by quotation, because no passage supports it: {verified.text}")
    usage = Usage()
    if context.settings.unsupported == "quote" and len(claims) < len(draft.claims):
        quoted, usage = await _quotations(claims, framed, evidence, context)
        claims.extend(quoted)
    return Verification(tuple(claims), tuple(warnings), usage)


async def _judge(claim: DraftClaim, evidence: Sequence[Evidence], context: AgentContext) -> VerifiedClaim:
    cited = [one.passage for one in evidence if one.passage.id in claim.passage_ids]
    return await context.judge.judge(claim, cited)


async def _second_try(
    claim: DraftClaim, framed: Framed, evidence: Sequence[Evidence], context: AgentContext
) -> VerifiedClaim | None:
    """The writer's correction when it is supported; None leaves the first version to its fate."""
    try:
        corrected = await context.writer.rewrite(framed, claim, evidence)
    except WardroundError:
        return None  # the claim stays unsupported, and is shown or reported as such
    if corrected is None:
        return None
    verified = await _judge(corrected, evidence, context)
    return verified if verified.verdict in STANDS else None


async def _quotations(
    kept: Sequence[VerifiedClaim], framed: Framed, evidence: Sequence[Evidence], context: AgentContext
) -> tuple[list[VerifiedClaim], Usage]:
    """The evidence's own words that the kept claims do not already rest on."""
    draft = await context.fallback_writer.write(framed, evidence, (), lambda _: None)
    used = {(quote.passage_id, quote.start) for claim in kept for quote in claim.quotes}
    fresh = [
        claim for claim in draft.claims if not any((quote.passage_id, quote.start) in used for quote in claim.quotes)
    ]
    return [await _judge(claim, evidence, context) for claim in fresh], draft.usage
