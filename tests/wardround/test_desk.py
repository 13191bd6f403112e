"""The desk of a chat over a real index: its settings hold there as they do everywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.fake_openai_server import FakeOpenAIServer
from wardround.agent.settings import ModelSettings, SessionSettings, Settings
from wardround.answering import answer_while_telling
from wardround.chat import attachments
from wardround.chat.desk import ConfiguredDesk
from wardround.errors import InputError
from wardround.retrievers.settings import RetrievalSettings, StoreSettings

QUESTION = "In adults with septic shock, how soon should antibiotics be given?"


@contextmanager
def desk_over(index: Path, sessions: SessionSettings, model: ModelSettings | None = None) -> Iterator[ConfiguredDesk]:
    retrieval = RetrievalSettings(store=StoreSettings(folder=index))
    settings = Settings(retrieval=retrieval, sessions=sessions, model=model or ModelSettings())
    with closing(ConfiguredDesk(settings, lambda changes: settings)) as desk:
        yield desk


def test_a_chat_keeps_its_steps_where_the_settings_say(starter_index: Path, tmp_path: Path) -> None:
    database = tmp_path / "other.sqlite"
    sessions = SessionSettings(
        folder=tmp_path / "sessions",
        checkpointer="langgraph.checkpoint.sqlite.aio:AsyncSqliteSaver",
        checkpointer_address=str(database),
    )
    with desk_over(starter_index, sessions) as desk:
        answer_while_telling(desk.agent, QUESTION, lambda event: None)
    with sqlite3.connect(database) as kept:  # the run itself is forgotten once it is answered
        assert kept.execute("SELECT name FROM sqlite_master WHERE name = 'checkpoints'").fetchall() == [
            ("checkpoints",)
        ]
    assert not (tmp_path / "sessions" / "checkpoints.sqlite").exists()


def test_many_small_attachments_are_together_as_limited_as_one(
    starter_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "MOST_PASSAGES", 2)
    notes = [tmp_path / f"{name}.md" for name in ("one", "two", "three")]
    for note in notes:
        note.write_text(f"# {note.stem}\n\nOn ward {note.stem} the sepsis nurse is called by bleep.\n")
    with desk_over(starter_index, SessionSettings(folder=tmp_path / "sessions")) as desk:
        desk.attach(notes[0])
        desk.attach(notes[1])
        with pytest.raises(InputError, match="together more than 2 passages would be attached"):
            desk.attach(notes[2])
        assert desk.attached() == (notes[0], notes[1])


def test_a_model_without_a_name_is_told_by_its_address_without_the_password(
    starter_index: Path, tmp_path: Path
) -> None:
    with FakeOpenAIServer() as server:
        model = ModelSettings(kind="server", base_url=server.url.replace("http://", "http://me:s@cret@"))
        with desk_over(starter_index, SessionSettings(folder=tmp_path / "sessions"), model) as desk:
            assert desk.state()["model"] == server.url
