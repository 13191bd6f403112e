"""From the graph's final state to the answer a user gets."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.answer import (
    Answer,
    Arbitration,
    Citation,
    Claim,
    Contexts,
    Option,
    Reference,
    RoundRecord,
    UsageRecord,
)
from wardround.agent.arbitration import Decision, arbitrate, contradicting_claims, names, told
from wardround.agent.citing.differing_targets import differing_targets
from wardround.agent.citing.said_above import said_above
from wardround.agent.citing.source_status import Status, caution_about, status_of
from wardround.agent.records import AnswerOption, Draft, Evidence, Unaided, VerifiedClaim
from wardround.agent.state import State
from wardround.corpora.evidence_levels import evidence_level
from wardround.corpora.records import Passage

NEAREST_SHOWN = 3
"""An abstention lists this many of the passages that came nearest."""


_SAID: dict[Status, str] = {
    "RETRACTED": "RETRACTED",
    "OF CONCERN": "expression of concern about the",
    "CORRECTED": "corrected",
}


def finish(state: State, *, mode: str, model: str | None, seconds: float) -> Answer:
    """The answer that a finished run amounts to.

    It abstains when no claim stands on a passage. References are numbered by first use.
    """
    claims, evidence = state.get("claims", ()), state["selection"].evidence
    abstained = not any(claim.quotes for claim in claims)
    cited = _cited_passages(claims, evidence)
    shown = [one.passage for one in evidence[:NEAREST_SHOWN]] if abstained else cited
    draft, usage, unaided = state["draft"], state["usage"], state.get("unaided")
    options = state["framed"].options
    decision = arbitrate(draft, unaided, claims)
    disagreement = (*told(decision, draft, unaided), *contradicting_claims(decision.letter, options, claims))
    return Answer(
        question=state["question"],
        standalone_question=state["framed"].question,
        abstained=abstained,
        mode=mode,
        claims=() if abstained else tuple(_claim(claim, cited) for claim in claims),
        references=tuple(_reference(number, passage) for number, passage in enumerate(shown, start=1)),
        contexts=Contexts(
            k=len(evidence), candidates=state["selection"].candidates, certificate=state["selection"].certificate
        ),
        rounds=tuple(
            RoundRecord(
                queries=one.queries, new_passages=one.new_passages, dropped=one.dropped, documents=one.documents
            )
            for one in state["rounds"]
        ),
        usage=UsageRecord(
            calls=usage.calls,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            seconds=round(seconds, 3),
        ),
        warnings=_without_repetition(
            (*state.get("warnings", ()), *disagreement, *differing_targets(claims, cited), *_source_warnings(shown))
        ),
        uncovered=draft.uncovered,
        notice=state["framed"].notice,
        options=_options(options, draft, unaided, evidence),
        choice=decision.letter,
        arbitration=_arbitration(decision, draft, unaided),
        stopped_because=state["stopped_because"],
        model=model,
    )


def _cited_passages(claims: Sequence[VerifiedClaim], evidence: Sequence[Evidence]) -> list[Passage]:
    by_id = {one.passage.id: one.passage for one in evidence}
    order = dict.fromkeys(quote.passage_id for claim in claims for quote in claim.quotes)
    return [by_id[passage_id] for passage_id in order]


def _claim(claim: VerifiedClaim, cited: Sequence[Passage]) -> Claim:
    citations = tuple(
        Citation(passage_id=quote.passage_id, quote=quote.text, start=quote.start, end=quote.end, verdict=quote.verdict)
        for quote in claim.quotes
    )
    supporting = {one.passage_id for one in claim.quotes if one.verdict != "contradicted"}
    documents = {one.document_id: one.biblio for one in cited if one.id in supporting}
    quoted = {one.passage_id for one in claim.quotes[:1]} if claim.origin == "quotation" else set()
    heading = next((one.heading for one in cited if one.id in quoted), ())
    return Claim(
        text=claim.text,
        verdict=claim.verdict,
        origin=claim.origin,
        citations=citations,
        caution=caution_about(documents.values()),
        heading=said_above(claim.text, heading),
    )


def _reference(number: int, passage: Passage) -> Reference:
    biblio = passage.biblio
    return Reference(
        number=number,
        passage_id=passage.id,
        document_id=passage.document_id,
        corpus=passage.corpus,
        title=passage.source_name,
        authors=biblio.authors,
        organisation=biblio.organisation,
        journal=biblio.journal,
        year=biblio.year,
        doi=biblio.doi,
        pmid=biblio.pmid,
        url=biblio.url,
        publication_types=biblio.publication_types,
        evidence_level=evidence_level(biblio.publication_types, biblio.mesh),
        retracted=biblio.retracted,
        corrections=biblio.corrections,
        heading=passage.heading,
        text=passage.text,
        note=biblio.note,
        also_in=passage.same_as,
    )


def _source_warnings(passages: Sequence[Passage]) -> tuple[str, ...]:
    """What has happened to a source since it was published."""
    known = ((status_of(one.biblio), one.source_name) for one in passages)
    return tuple(f"{_SAID[status]} source: {title}" for status, title in known if status is not None)


def _arbitration(decision: Decision, draft: Draft, unaided: Unaided | None) -> Arbitration | None:
    if unaided is None:
        return None
    return Arbitration(
        by_evidence=draft.choice, unaided=unaided.choice, decided_by=decision.side, reason=decision.reason
    )


def _options(
    options: Sequence[AnswerOption], draft: Draft, unaided: Unaided | None, evidence: Sequence[Evidence]
) -> tuple[Option, ...]:
    probabilities = dict(draft.probabilities)
    without = dict(unaided.probabilities) if unaided else {}
    return tuple(
        Option(
            letter=option.letter,
            text=option.text,
            probability=probabilities.get(option.letter),
            probability_unaided=without.get(option.letter),
            mentioned_in=tuple(one.passage.id for one in evidence if names(one.passage.text, option.text)),
        )
        for option in options
    )


def _without_repetition(warnings: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warnings))
