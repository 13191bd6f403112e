"""A model, retriever, judge and certificate of one's own take the place of configured ones, and stay one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.agent.choosing.test_certified_selecting import certificate
from tests.agent.ward import library, passages, ward_equipment
from wardround.agent.answer import Answer
from wardround.agent.assembly import AS_CONFIGURED, Equipment, Replacements, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.events import Event, Finished
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import DraftClaim, VerifiedClaim
from wardround.agent.settings import AgentSettings, Settings
from wardround.corpora.records import Passage
from wardround.retrievers.protocols import EVERYWHERE, Hit, Where

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"


class OnlyGout:
    """A retriever that finds one passage, whatever is asked."""

    name = "only gout"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        return [Hit(passages()[3], 1.0, 1, self.name)][:k]

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        return [self.search(query, k, where) for query in queries]


class NeverSatisfied:
    """A judge that finds every claim contradicted."""

    fingerprint = "never satisfied"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        return VerifiedClaim(claim.text, "contradicted", claim.origin, claim.quotes)


class OpenModel(ScriptedModel):
    """A model that knows whether it was closed."""

    closed = False

    async def aclose(self) -> None:
        self.closed = True


def opened(folder: Path, replacements: Replacements) -> ClinicalAgent:
    parts: Equipment = equipment(Settings(), library(), replacements=replacements)
    return ClinicalAgent(parts, checkpoints=folder / "checkpoints.sqlite")


def test_a_retriever_of_ones_own_is_what_is_searched_and_enters_the_fingerprint(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements(retriever=OnlyGout())) as agent:
        answer = agent.ask("How is a gout flare treated?")
        assert agent.retriever.name == "only gout"
    assert {one.document_id for one in answer.references} == {"ward:3"}
    parts = equipment(Settings(), library(), replacements=Replacements(retriever=OnlyGout())).parts
    assert parts["retriever"].startswith("only gout ")


def test_a_judge_of_ones_own_gives_the_verdicts(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements(judge=NeverSatisfied())) as agent:
        answer = agent.ask(QUESTION)
    assert {claim.verdict for claim in answer.claims} <= {"contradicted"}
    assert equipment(Settings(), library(), replacements=Replacements(judge=NeverSatisfied())).parts["judge"] == (
        "never satisfied"
    )


def test_a_model_of_ones_own_writes_and_stays_open(tmp_path: Path) -> None:
    model = OpenModel(otherwise=lambda prompt: "{}")
    with opened(tmp_path, Replacements(model=model)) as agent:
        answer = agent.ask(QUESTION)
        assert agent.name == "agent with scripted"
    assert answer.model == "scripted"
    assert len(model.calls) > 0
    assert not model.closed


def test_a_configured_model_is_closed_with_its_agent(tmp_path: Path) -> None:
    model = OpenModel(otherwise=lambda prompt: "{}")
    with ClinicalAgent(ward_equipment(model), checkpoints=tmp_path / "checkpoints.sqlite") as agent:
        agent.ask(QUESTION)
    assert model.closed


def test_a_certificate_of_ones_own_chooses_how_many_passages_are_read(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements(certificate=certificate())) as agent:
        answer = agent.ask(QUESTION)
    assert answer.contexts.k == 3
    assert answer.contexts.certificate is not None


def test_what_is_brought_is_handed_from_the_constructor_to_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[Where, Replacements]] = []

    def equip(settings: Settings, where: Where = EVERYWHERE, replacements: Replacements = AS_CONFIGURED) -> Equipment:
        given.append((where, replacements))
        return ward_equipment()

    monkeypatch.setattr("wardround.agent.assembly.equip", equip)
    model, retriever, judge, proven = ScriptedModel(), OnlyGout(), NeverSatisfied(), certificate()
    ClinicalAgent.from_settings(
        Settings(agent=AgentSettings(k=3)),
        model=model,
        retriever=retriever,
        judge=judge,
        certificate=proven,
        where=Where(year_from=2015),
    ).close()
    brought = Replacements(model=model, retriever=retriever, judge=judge, certificate=proven)
    assert given == [(Where(year_from=2015), brought)]


def test_passages_are_read_by_id_in_the_order_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements()) as agent:
        found = agent.passages(["ward:3#0", "nobody:1#0", "ward:0#0"])
    assert [one.id for one in found] == ["ward:3#0", "ward:0#0"]


async def test_questions_side_by_side_in_one_loop_and_a_batch_of_them(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements()) as agent:
        asked = ["How is a gout flare treated?", QUESTION]
        alone = [await agent.aask(question) for question in asked]
        together = await asyncio.gather(*(agent.aask(question) for question in asked))
        batch = await agent.abatch([*asked, ""])
    texts = [[claim.text for claim in answer.claims] for answer in alone]
    assert [[claim.text for claim in answer.claims] for answer in together] == texts
    assert [[claim.text for claim in one.claims] for one in batch if isinstance(one, Answer)] == texts
    assert str(batch[2]).startswith("the question is empty")


async def test_who_leaves_a_stream_cancels_the_run_and_may_ask_again(tmp_path: Path) -> None:
    with opened(tmp_path, Replacements()) as agent:
        events = agent.stream(QUESTION)
        await anext(events)
        await events.aclose()
        last: list[Event] = [event async for event in agent.stream(QUESTION)]
    assert isinstance(last[-1], Finished)
    assert last[-1].answer.references[0].document_id == "ward:0"


def test_a_closed_agent_may_be_closed_again(tmp_path: Path) -> None:
    agent = opened(tmp_path, Replacements())
    agent.close()
    agent.close()
