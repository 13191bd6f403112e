"""A question may be asked of a part of the index: what that means for its answer, its run and its certificate."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.agent.choosing.test_certified_selecting import certificate
from tests.agent.graph.test_resuming import CountingRetriever, DyingWriter, threads_kept
from tests.agent.ward import library, ward_agent, ward_equipment
from wardround.agent.assembly import Replacements, equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.events import Finished
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.settings import Settings
from wardround.errors import InputError
from wardround.retrievers.protocols import EVERYWHERE, Where

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"
FLUIDS = Where(passage_ids=("ward:1#0",))
NOWHERE = Where(mesh=("Sepsis",), year_from=2018)
NOTHING_ADMITTED = (
    "the filter (published from 2018; MeSH Sepsis) admits no passage of the index, so that nothing could be found: "
    "widen it or leave it out"
)


def test_only_what_the_filter_admits_is_searched_for_that_question_alone(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        everywhere = agent.ask(QUESTION)
        filtered = agent.ask("How much crystalloid is given within the first 3 hours?", where=FLUIDS)
        assert {one.passage_id for one in filtered.references} == {"ward:1#0"}
        assert filtered.contexts.candidates == 1
        assert agent.ask(QUESTION).references == everywhere.references
        assert agent.admitted(FLUIDS) == 1


async def test_every_way_of_asking_takes_a_filter(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answers = [
            await agent.aask(QUESTION, where=FLUIDS),
            *await agent.abatch([QUESTION], where=FLUIDS),
            *[event.answer async for event in agent.stream(QUESTION, where=FLUIDS) if isinstance(event, Finished)],
        ]
    assert [one.contexts.candidates for one in answers] == [1, 1, 1]  # type: ignore[union-attr]


def test_an_agent_may_be_given_its_filter_and_a_question_another(tmp_path: Path) -> None:
    parts = equipment(Settings(), library(), where=FLUIDS)
    with ClinicalAgent(parts, checkpoints=tmp_path / "checkpoints.sqlite") as agent:
        assert agent.ask(QUESTION).contexts.candidates == 1
        assert agent.batch([QUESTION])[0].contexts.candidates == 1  # type: ignore[union-attr]
        assert agent.ask(QUESTION, where=EVERYWHERE).contexts.candidates > 1


def test_a_filter_that_admits_nothing_is_said_and_not_taken_for_the_corpus_silence(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(QUESTION, where=NOWHERE)
        assert answer.abstained
        assert answer.warnings == (NOTHING_ADMITTED,)
        narrow = agent.ask("What is the dose of alteplase in stroke?", where=FLUIDS)
        assert narrow.abstained
        assert narrow.warnings[-1] == (
            "looked only at what the filter admits (passage ward:1#0): 1 passage of the index"
        )
        assert agent.ask("What colour is the moon?").warnings == ()


def test_an_answer_that_was_found_says_nothing_of_its_filter(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        answer = agent.ask(QUESTION, where=Where(corpora=("ward",)))
    assert (answer.abstained, answer.warnings) == (False, ())


def test_a_filter_where_nothing_is_looked_up_is_said_to_change_nothing(tmp_path: Path) -> None:
    model = ScriptedModel(otherwise=lambda prompt: "{}")
    with ward_agent(tmp_path, model, mode="closed-book") as agent:
        answer = agent.ask(QUESTION, where=FLUIDS)
    assert answer.warnings[-1] == "the filter (passage ward:1#0) changed nothing: mode closed-book looks nothing up"


def test_a_cut_off_run_is_gone_on_with_under_its_own_filter_only(tmp_path: Path) -> None:
    parts = ward_equipment()
    counting = CountingRetriever(parts.context.retriever)
    dying = dataclasses.replace(parts.context, retriever=counting, writer=DyingWriter(parts.context.writer))
    path = tmp_path / "checkpoints.sqlite"
    with ClinicalAgent(dataclasses.replace(parts, context=dying), checkpoints=path) as agent:
        with pytest.raises(RuntimeError, match="power"):
            agent.ask(QUESTION, where=FLUIDS)
        searched = list(counting.queries)
        assert agent.ask(QUESTION).contexts.candidates > 1
        assert counting.queries[: len(searched)] == searched
        assert len(counting.queries) > len(searched), "another filter is another run"
        assert threads_kept(path) == 1
        before = len(counting.queries)
        assert agent.ask(QUESTION, where=FLUIDS).contexts.candidates == 1
        assert len(counting.queries) == before, "its own filter finds what was searched already"
        assert threads_kept(path) == 0


def test_a_named_run_belongs_to_its_filter(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        first = agent.ask(QUESTION, thread_id="mine", where=FLUIDS)
        assert agent.ask(QUESTION, thread_id="mine", where=FLUIDS) == first
        for other in (None, Where(corpora=("ward",))):
            with pytest.raises(InputError, match="'mine' was searched for under another filter: choose another name"):
                agent.ask(QUESTION, thread_id="mine", where=other)


def test_no_certificate_holds_under_a_filter_it_was_not_made_for(tmp_path: Path) -> None:
    proven = Replacements(certificate=certificate())
    with ClinicalAgent(equipment(Settings(), library(), replacements=proven), checkpoints=tmp_path / "c") as agent:
        assert agent.ask(QUESTION).contexts.certificate is not None
        filtered = agent.ask(QUESTION, where=Where(corpora=("ward",)))
        assert filtered.contexts.certificate is None
        assert filtered.warnings == (
            "no guarantee on the passages read: the certificate is of another pipeline (retriever)",
        )


def test_an_agent_put_together_under_a_filter_is_the_one_that_is_turned_to_it() -> None:
    proven, where = Replacements(certificate=certificate()), Where(corpora=("ward",))
    turned = equipment(Settings(), library(), replacements=proven).searching(where)
    made = equipment(Settings(), library(), None, where, replacements=proven)
    assert (turned.fingerprint, turned.parts, turned.context.where) == (made.fingerprint, made.parts, where)
    assert made.searching(EVERYWHERE).fingerprint == equipment(Settings(), library(), replacements=proven).fingerprint
    assert made.searching(where) is made
