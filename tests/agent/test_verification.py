"""What becomes of a written claim, verdict by verdict: one second try, then never silently."""

import pytest

from tests.agent.ward import ward_equipment
from tests.agent.writing.material import FLUIDS, FRAMED, PRESSORS, evidence, reply
from wardround.agent.models.scripted import Reply, ScriptedModel
from wardround.agent.records import Draft, DraftClaim
from wardround.agent.verification import Verification, verify_draft

TRUE = "Give at least 30 mL/kg of crystalloid within the first 3 hours."
WRONG = "Give at least 300 mL/kg of crystalloid within the first 3 hours."
PARTLY = "Give at least 30 mL/kg of crystalloid within the first 3 hours, guided by lactate clearance."


def corrected(text: str) -> Reply:
    return reply(lambda ids: {"text": text, "passage_ids": ids[:1]})


async def verified(claim: str, *replies: Reply, unsupported: str = "mark") -> tuple[Verification, ScriptedModel]:
    model = ScriptedModel(replies)
    context = ward_equipment(model, unsupported=unsupported).context
    draft = Draft((DraftClaim(claim, (FLUIDS.id,), "model"),))
    return await verify_draft(draft, FRAMED, evidence(FLUIDS, PRESSORS), context), model


async def test_a_supported_claim_is_not_asked_about_again() -> None:
    outcome, model = await verified(TRUE)
    assert [(one.text, one.verdict) for one in outcome.claims] == [(TRUE, "supported")]
    assert (model.calls, outcome.usage.calls) == ([], 0)


@pytest.mark.parametrize("claim", [WRONG, PARTLY])
async def test_a_claim_that_does_not_quite_stand_is_asked_about_once_more_and_the_call_is_counted(claim: str) -> None:
    outcome, model = await verified(claim, corrected(TRUE))
    assert [(one.text, one.verdict) for one in outcome.claims] == [(TRUE, "supported")]
    assert len(model.calls) == outcome.usage.calls == 1
    assert outcome.usage.prompt_tokens > 0


async def test_a_partly_supported_claim_that_gets_no_better_is_kept_with_its_mark() -> None:
    for second in (PARTLY, WRONG):
        outcome, _ = await verified(PARTLY, corrected(second), unsupported="drop")
        assert [(one.text, one.verdict) for one in outcome.claims] == [(PARTLY, "partly")]


async def test_a_withdrawn_or_unusable_correction_leaves_the_first_version_to_its_fate() -> None:
    outcome, _ = await verified(WRONG, '{"text": "", "passage_ids": []}')
    assert [one.text for one in outcome.claims] == [WRONG]
    assert outcome.claims[0].verdict in ("contradicted", "not_found")
    outcome, model = await verified(WRONG, "not JSON", "nor this")
    assert [one.text for one in outcome.claims] == [WRONG]
    assert len(model.calls) == 2


async def test_what_stays_unsupported_is_marked_dropped_or_replaced_and_said() -> None:
    marked, _ = await verified(WRONG, corrected(WRONG), unsupported="mark")
    assert [one.text for one in marked.claims] == [WRONG]
    dropped, _ = await verified(WRONG, corrected(WRONG), unsupported="drop")
    assert (dropped.claims, dropped.warnings) == ((), (f"left out, because no passage supports it: {WRONG}",))
    warnings = (f"replaced by quotation, because no passage supports it: {WRONG}",)
    model = ScriptedModel([corrected(WRONG)])
    equipment = ward_equipment(model)
    own = evidence(*equipment_passages(equipment))
    draft = Draft((DraftClaim(WRONG, (own[0].passage.id,), "model"),))
    quoted = await verify_draft(draft, FRAMED, own, equipment.context)
    assert quoted.warnings == warnings
    assert quoted.claims
    assert {one.origin for one in quoted.claims} == {"quotation"}


def equipment_passages(equipment):  # type: ignore[no-untyped-def]
    hits = equipment.context.retriever.search(FRAMED.question, 3)
    return [hit.passage for hit in hits]
