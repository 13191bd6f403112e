"""A killed run goes on from its last finished step, and nothing is asked twice."""

from __future__ import annotations

import dataclasses
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.agent.ward import ward_agent, ward_equipment
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.records import AnswerOption, Turn
from wardround.errors import InputError

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"


class CountingRetriever:
    """Counts searches before handing them on."""

    def __init__(self, inner) -> None:  # type: ignore[no-untyped-def]
        self.inner, self.name, self.queries = inner, inner.name, []

    def search(self, query, k, where):  # type: ignore[no-untyped-def]
        self.queries.append(query)
        return self.inner.search(query, k, where)


class DyingWriter:
    """Ends the run like a power cut would, once."""

    def __init__(self, inner) -> None:  # type: ignore[no-untyped-def]
        self.inner, self.dead = inner, False

    async def write(self, *args):  # type: ignore[no-untyped-def]
        if not self.dead:
            self.dead = True
            raise RuntimeError("the power is gone")
        return await self.inner.write(*args)

    async def rewrite(self, *args):  # type: ignore[no-untyped-def]
        return await self.inner.rewrite(*args)


def threads_kept(path: Path) -> int:
    with sqlite3.connect(path) as database:
        return int(database.execute("SELECT COUNT(DISTINCT thread_id) FROM checkpoints").fetchone()[0])


def test_a_cut_off_run_goes_on_from_its_last_step(tmp_path: Path) -> None:
    equipment = ward_equipment()
    counting = CountingRetriever(equipment.context.retriever)
    context = dataclasses.replace(equipment.context, retriever=counting, writer=DyingWriter(equipment.context.writer))
    cut_off = dataclasses.replace(equipment, context=context)
    path = tmp_path / "checkpoints.sqlite"
    with ClinicalAgent(cut_off, checkpoints=path) as agent, pytest.raises(RuntimeError, match="power"):
        agent.ask(QUESTION)
    asked = list(counting.queries)
    assert asked
    assert threads_kept(path) == 1

    with ClinicalAgent(cut_off, checkpoints=path) as agent:
        resumed = agent.ask(QUESTION)
    with ward_agent(tmp_path / "other") as fresh:
        uninterrupted = fresh.ask(QUESTION)
    assert counting.queries == asked
    assert (resumed.claims, resumed.rounds) == (uninterrupted.claims, uninterrupted.rounds)
    assert threads_kept(path) == 0, "an answered question is not kept"


def test_a_named_run_is_kept_and_gives_its_answer_again(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        first = agent.ask(QUESTION, thread_id="mine")
        assert agent.ask(QUESTION, thread_id="mine") == first
        with pytest.raises(InputError, match="'mine' belongs to another question"):
            agent.ask("What is the dose of alteplase?", thread_id="mine")


def test_the_same_words_about_other_options_or_after_another_conversation_are_another_question(tmp_path: Path) -> None:
    drugs = (AnswerOption("A", "Noradrenaline"), AnswerOption("B", "Dopamine"))
    said = (Turn("How is gout treated?", "With colchicine.", ()),)
    with ward_agent(tmp_path) as agent:
        agent.ask(QUESTION, options=(AnswerOption("A", "1 hour"), AnswerOption("B", "6 hours")), thread_id="mine")
        with pytest.raises(InputError, match="'mine' belongs to another question"):
            agent.ask(QUESTION, options=drugs, thread_id="mine")
        agent.ask(QUESTION, thread_id="other")
        with pytest.raises(InputError, match="'other' belongs to another question"):
            agent.ask(QUESTION, history=said, thread_id="other")


def test_checkpoints_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        agent.ask(QUESTION)
        assert stat.S_IMODE((tmp_path / "checkpoints.sqlite").stat().st_mode) == 0o600
