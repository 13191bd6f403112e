"""What checkpoints hold comes back as it was; what another version kept is refused with the reason."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import sqlite3
import warnings
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Send

from tests.agent.ward import ward_agent, ward_equipment
from tests.agent.writing.material import FLUIDS, MAP, hits
from wardround.agent.answer import Contexts
from wardround.agent.checkpoints import configured_checkpoints, sqlite_checkpoints
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.models.protocol import Usage
from wardround.agent.records import Draft, DraftClaim, Evidence, Found, Quote, Unaided
from wardround.agent.settings import SessionSettings
from wardround.agent.stored_form import FORM, RecordSerializer
from wardround.errors import ConfigError, StoreError

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"
DRAFT = Draft(
    (DraftClaim("x", ("a",), "model", (Quote("p", "x", 0, 1),)),), ("u",), "A", (("A", 0.5),), usage=Usage(1, 2, 3, 0.5)
)


@pytest.mark.parametrize(
    "value",
    [
        (Found("q", tuple(hits(FLUIDS, MAP))), Found("r", (), error="away", reused=True)),
        DRAFT,
        Unaided("B", (("A", 0.25), ("B", 0.75))),
        {"evidence": (Evidence(MAP, 0.1, ("q",)),), "list": [1, "two", None], 3: {4, 5}},
        Contexts(k=1, candidates=2, certificate=None),
        Send("brief", {"found": (Found("q", tuple(hits(FLUIDS))),)}),
    ],
    ids=["found", "draft", "unaided", "mixed", "published", "task"],
)
def test_what_is_kept_comes_back_as_it_was(value: object) -> None:
    serializer = RecordSerializer()
    back = serializer.loads_typed(serializer.dumps_typed(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (("msgpack", b"\x80"), "'msgpack'; this version of wardround reads"),
        ((FORM, b"\xc1"), "damaged or of another version"),
        (
            (FORM, RecordSerializer().dumps_typed(DRAFT)[1].replace(b"records.Draft", b"records.Dr4ft")),
            "damaged or of another version",
        ),
        (
            (FORM, RecordSerializer().dumps_typed(DRAFT)[1].replace(b"claims", b"Claims")),
            "damaged or of another version",
        ),
    ],
    ids=["older form", "no msgpack", "unknown type", "a field is missing"],
)
def test_what_cannot_be_read_says_why(data: tuple[str, bytes], reason: str) -> None:
    with pytest.raises(StoreError, match=reason):
        RecordSerializer().loads_typed(data)


def make_older(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE checkpoints SET type = 'msgpack'")


def test_a_named_run_of_an_older_version_is_refused_and_an_unnamed_one_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints.sqlite"
    with ward_agent(tmp_path) as agent:
        agent.ask(QUESTION, thread_id="mine")
        make_older(path)
        with pytest.raises(StoreError, match="the run 'mine' cannot be gone on with, choose another name"):
            agent.ask(QUESTION, thread_id="mine")
        answer = agent.ask(QUESTION)
    assert answer.claims


def test_nothing_warns_about_what_a_checkpoint_holds(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING), ward_agent(tmp_path) as agent:
        warnings.simplefilter("error")
        first = agent.ask(QUESTION, thread_id="mine")
        assert agent.ask(QUESTION, thread_id="mine") == first
    assert "msgpack" not in caplog.text


def test_another_checkpointer_by_setting(tmp_path: Path) -> None:
    database = tmp_path / "other.sqlite"
    settings = SessionSettings(
        checkpointer="langgraph.checkpoint.sqlite.aio:AsyncSqliteSaver", checkpointer_address=str(database)
    )
    opening = configured_checkpoints(settings)
    with ClinicalAgent(ward_equipment(), checkpoints=tmp_path / "c.sqlite", open_checkpoints=opening) as agent:
        agent.ask(QUESTION, thread_id="mine")
    with sqlite3.connect(database) as kept:
        assert kept.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall() == [("mine",)]
    assert not (tmp_path / "c.sqlite").exists()


@pytest.mark.parametrize("named", ["no.such.module:Saver", "json:JSONDecoder"])
def test_what_is_no_checkpointer_is_refused(named: str) -> None:
    with pytest.raises(ConfigError, match=r"sessions\.checkpointer is"):
        configured_checkpoints(SessionSettings(checkpointer=named))


def ask_in_this_process(folder: Path) -> int:
    with ward_agent(folder) as agent:
        answers = [agent.ask(f"{QUESTION[:-1]} in ward {number}?") for number in range(3)]
    return sum(bool(answer.claims) for answer in answers)


def test_several_processes_share_one_file_of_checkpoints(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(ask_in_this_process, [tmp_path] * 2) == [3, 3]


def test_every_value_of_a_run_is_written_once_a_version_and_forgotten_with_it(tmp_path: Path) -> None:
    with ward_agent(tmp_path) as agent:
        agent.ask(QUESTION, thread_id="mine")
        with sqlite3.connect(tmp_path / "checkpoints.sqlite") as kept:
            questions = "SELECT count(*) FROM channel_values WHERE channel = 'question'"
            assert kept.execute(questions).fetchone() == (1,)
            assert kept.execute("SELECT count(*) > 5 FROM checkpoints").fetchone() == (1,)
        agent.ask(QUESTION)
    with sqlite3.connect(tmp_path / "checkpoints.sqlite") as kept:
        assert kept.execute("SELECT DISTINCT thread_id FROM channel_values").fetchall() == [("mine",)]


def test_a_checkpoint_that_holds_its_values_itself_is_read_and_each_step_has_the_values_of_its_time(
    tmp_path: Path,
) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": "mine", "checkpoint_ns": ""}}

    async def steps() -> list[dict[str, object]]:
        async with sqlite_checkpoints(tmp_path / "c.sqlite") as saver:
            older = {**empty_checkpoint(), "channel_values": {"rounds": 1}, "channel_versions": {"rounds": "1"}}
            placed = SqliteSaver.put(saver, config, older, {}, {})
            for version in ("2", "3"):
                newer = {
                    **empty_checkpoint(),
                    "channel_values": {"rounds": int(version)},
                    "channel_versions": {"rounds": version},
                }
                placed = await saver.aput(placed, newer, {}, {"rounds": version})
            return [one.checkpoint["channel_values"] async for one in saver.alist(config)]

    assert asyncio.run(steps()) == [{"rounds": 3}, {"rounds": 2}, {"rounds": 1}]


def test_a_tasks_writes_are_kept_only_where_no_checkpoint_follows_at_once(tmp_path: Path) -> None:
    config: RunnableConfig = {"configurable": {"thread_id": "mine", "checkpoint_ns": ""}}

    async def writes() -> tuple[list[object], list[object]]:
        async with sqlite_checkpoints(tmp_path / "c.sqlite") as saver:
            placed = await saver.aput(config, empty_checkpoint(), {}, {})
            await saver.aput_writes(placed, [("briefs", "done")], "one of several")
            alone = await saver.aget_tuple(placed)
            written = asyncio.ensure_future(saver.aput_writes(placed, [("briefs", "last")], "the last"))
            await asyncio.gather(written, saver.aput(placed, empty_checkpoint(), {}, {}))
            followed = await saver.aget_tuple(placed)
            assert alone is not None
            assert followed is not None
            return list(alone.pending_writes or ()), list(followed.pending_writes or ())

    kept = [("one of several", "briefs", "done")]
    assert asyncio.run(writes()) == (kept, kept)
