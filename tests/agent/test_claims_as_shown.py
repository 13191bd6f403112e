"""What stands beside a claim: sources that contradict it, and what has become of those that support it."""

from dataclasses import replace

import pytest

from tests.agent.citing.material import claim, passage
from tests.agent.ward import ward_equipment
from wardround.agent.answer import Answer, Contexts, UsageRecord
from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.citing.opposing import opposing
from wardround.agent.citing.said_above import said_above
from wardround.agent.citing.source_status import caution_about
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.finishing import _claim, _reference
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import Draft, Evidence, Framed, Quote, VerifiedClaim
from wardround.agent.rendering import reference_line
from wardround.agent.verification import verify_draft
from wardround.corpora.records import Biblio, Passage

SAYS = "Early vasopressin reduces mortality in adults with septic shock."
FOR = passage(SAYS, "g:1#0", title="One trial")
AGAINST = passage("Early vasopressin increases mortality in adults with septic shock.", "g:2#0", title="Another trial")
APART = passage("Blood cultures are taken before antibiotics in septic shock.", "g:3#0", title="Cultures")
ALL = (FOR, AGAINST, APART)


class Contrarian:
    """A judge of another kind, which finds nothing anywhere."""

    fingerprint = "contrarian"

    async def judge(self, claim, passages):  # type: ignore[no-untyped-def]
        return VerifiedClaim(claim.text, best_verdict(()), claim.origin)


async def answer_of(*sources: Passage) -> Answer:
    """The answer of one claim that cites the first of ``sources``, over all of them."""
    evidence = [Evidence(one, 1.0, ()) for one in sources]
    context = ward_equipment(ScriptedModel()).context
    verification = await verify_draft(Draft((claim(SAYS, sources[0]),)), Framed("Does it?"), evidence, context)
    cited = [one for one in sources if any(q.passage_id == one.id for q in verification.claims[0].quotes)]
    return Answer(
        question="Does it?", standalone_question="Does it?", abstained=False, mode="agent",
        claims=tuple(_claim(one, cited) for one in verification.claims),
        references=tuple(_reference(number, one) for number, one in enumerate(cited, start=1)),
        contexts=Contexts(k=3, candidates=3, certificate=None), rounds=(), stopped_because="",
        usage=UsageRecord(calls=0, prompt_tokens=0, completion_tokens=0, seconds=0),
    )  # fmt: skip


async def test_a_passage_that_says_the_opposite_is_shown_beside_the_claim_it_was_not_cited_for() -> None:
    answer = await answer_of(*ALL)
    assert [(one.passage_id, one.verdict) for one in answer.claims[0].citations] == [
        ("g:1#0", "supported"),
        ("g:2#0", "contradicted"),
    ]
    assert answer.claims[0].verdict == "supported"
    assert f"1. {SAYS} [1] but see [2]" in answer.to_text().replace("\n   ", " ")
    assert f"1. {SAYS} \\[1\\] but see \\[2\\]" in answer.to_markdown()
    assert '<a href="#reference-1">[1]</a> but see <a href="#reference-2">[2]</a>' in answer.to_html()


async def test_nothing_is_said_to_oppose_a_claim_unless_the_configured_judge_agrees() -> None:
    supported = VerifiedClaim(SAYS, "supported", "model")
    assert [one.passage_id for one in await opposing(supported, ALL, LexicalJudge())] == ["g:2#0"]
    assert await opposing(supported, ALL, Contrarian()) == ()
    assert await opposing(supported, (FOR, APART), LexicalJudge()) == ()


async def test_a_claim_without_sound_support_says_so_in_its_own_sentence() -> None:
    withdrawn = replace(FOR, biblio=Biblio("One trial", retracted=True))
    answer = await answer_of(withdrawn, APART)
    assert answer.claims[0].caution == "its only source is RETRACTED"
    assert f"{SAYS} [1] (CAUTION: its only source is RETRACTED)" in answer.to_text().replace("\n   ", " ")
    assert "(CAUTION: its only source is RETRACTED)" in answer.to_html()
    assert (await answer_of(FOR, APART)).claims[0].caution is None


async def test_a_quotation_stands_under_what_its_source_says_above_it() -> None:
    text = "Contraindications include active peptic ulcer disease and CKD."
    source = passage(text, "g:9#0", heading=("Acute Flare", "NSAIDs *"))
    quoted = VerifiedClaim(text, "supported", "quotation", (Quote(source.id, text, 0, len(text)),))
    shown = _claim(quoted, [source])
    assert shown.heading == ("Acute Flare", "NSAIDs *")
    answer = (await answer_of(FOR, APART)).model_copy(
        update={"claims": (shown,), "references": (_reference(1, source),)}
    )
    assert f"1. Acute Flare > NSAIDs *: “{text}” [1]" in " ".join(answer.to_text().split())
    assert f"1. Acute Flare \\> NSAIDs \\*: “{text}”" in answer.to_markdown()
    assert f"<li>Acute Flare &gt; NSAIDs *: <q>{text}</q>" in answer.to_html()
    assert _claim(replace(quoted, origin="model"), [source]).heading == ()


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        (("Acute flare", "NSAIDs"), ("Acute flare", "NSAIDs")),
        (("NSAIDs", "Contraindications"), ("NSAIDs",)),
        (("Gout — ACR 2020", "Acute flare", "NSAIDs"), ("Gout — ACR 2020", "Acute flare", "NSAIDs")),
        (("Flares of disease — ACR 2020", "Acute flare", "NSAIDs"), ("Acute flare", "NSAIDs")),
        (("Treating NSAIDs", "NSAIDs"), ("Treating NSAIDs", "NSAIDs")),
        (("NSAIDs", "NSAIDs in gout"), ("NSAIDs in gout",)),
        ((), ()),
    ],
)
def test_only_headings_that_say_more_than_the_quotation_stand_above_it(
    heading: tuple[str, ...], said: tuple[str, ...]
) -> None:
    assert said_above("Contraindications include active peptic ulcer disease.", heading) == said


@pytest.mark.parametrize(
    ("sources", "caution"),
    [
        ([Biblio("a", corrections=("ExpressionOfConcernIn",))], "its only source is OF CONCERN"),
        ([Biblio("a", corrections=("ErratumIn",))], "its only source is CORRECTED"),
        ([Biblio("a", retracted=True, corrections=("ErratumIn",))], "its only source is RETRACTED"),
        (
            [Biblio("a", retracted=True), Biblio("b", corrections=("ErratumIn",))],
            "each of its sources is RETRACTED or CORRECTED",
        ),
        ([Biblio("a", retracted=True), Biblio("b")], None),
        ([Biblio("a", corrections=("CommentIn",))], None),
        ([], None),
    ],
)
def test_the_gravest_that_happened_to_every_source_is_named(sources: list[Biblio], caution: str | None) -> None:
    assert caution_about(sources) == caution


def test_a_reference_says_what_kind_of_evidence_it_is_and_what_became_of_it() -> None:
    trial = replace(
        FOR,
        heading=("Results",),
        biblio=Biblio(
            "One trial", year=2021, journal="J Shock", doi="10.1/x", pmid="77", corrections=("ErratumIn",),
            publication_types=("Journal Article", "Randomized Controlled Trial"),
        ),
    )  # fmt: skip
    assert reference_line(_reference(3, trial)) == (
        "[3] CORRECTED: One trial (J Shock, 2021). Randomised trial. Results. doi:10.1/x. PMID 77. Corpus g"
    )


@pytest.mark.parametrize(
    ("twins", "said"),
    [
        ((), "[1] One trial. Corpus g"),
        (("bioasq:77#0", "bioasq:77#1"), "[1] One trial. Corpus g. Also in bioasq:77"),
        (tuple(f"c:{n}#0" for n in range(5)), "[1] One trial. Corpus g. Also in c:0, c:1, c:2, 2 more"),
    ],
)
def test_a_reference_names_the_other_documents_that_hold_its_text(twins: tuple[str, ...], said: str) -> None:
    reference = _reference(1, replace(FOR, same_as=twins))
    assert reference.also_in == twins
    assert reference_line(reference) == said


def test_a_document_without_a_title_goes_by_its_id() -> None:
    untitled = replace(FOR, biblio=Biblio("", year=2020))
    assert reference_line(_reference(2, untitled)) == f"[2] {FOR.document_id} (2020). Corpus g"
