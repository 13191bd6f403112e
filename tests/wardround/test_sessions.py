"""Sessions survive crashes, stay private, and are held by one terminal at a time."""

from __future__ import annotations

import resource
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from tests.wardround.fake_agent import QUOTE, an_answer
from wardround.chat.sessions import Exchange, SessionFolder
from wardround.errors import InputError, StoreError


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size``, as on a disk that is nearly full."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def exchange(question: str) -> Exchange:
    return Exchange("2026-11-22T14:05:00", an_answer(question))


def test_what_was_said_is_there_when_the_session_is_opened_again(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis") as session:
        session.append(exchange("first?"))
        session.append(exchange("second?"))
    with folder.open("sepsis") as session:
        assert session.exchanges == (exchange("first?"), exchange("second?"))


def test_only_the_owner_can_read_a_session(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis") as session:
        session.append(exchange("first?"))
    assert stat.S_IMODE((tmp_path / "sessions" / "sepsis.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.line_history().stat().st_mode) == 0o600


def test_a_line_torn_by_a_crash_is_cut_off_and_the_rest_kept(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis") as session:
        session.append(exchange("first?"))
    path = tmp_path / "sessions" / "sepsis.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    with folder.open("sepsis") as session:
        session.append(exchange("second?"))
    with folder.open("sepsis") as session:
        assert [one.answer.question for one in session.exchanges] == ["first?", "second?"]


def test_a_damaged_line_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis") as session:
        session.append(exchange("first?"))
    path = tmp_path / "sessions" / "sepsis.jsonl"
    path.write_bytes(path.read_bytes() + b'{"asked_at": 1}\n')
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"sepsis\.jsonl, line 2: not an exchange"), folder.open("sepsis"):
        pass
    assert path.read_bytes() == before


def test_a_session_is_open_in_one_place_only(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis"), pytest.raises(InputError, match="open in another terminal"), folder.open("sepsis"):
        pass
    with folder.open("sepsis") as session:
        assert session.exchanges == ()


@pytest.mark.parametrize("name", ["", "..", "../evil", "a/b", ".hidden", "-x", "a" * 65, "a\nb"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="is not a session name"), SessionFolder(tmp_path).open(name):
        pass
    assert not (tmp_path / "sessions").exists()


def test_names_after_the_time_do_not_collide(tmp_path: Path) -> None:
    folder, now = SessionFolder(tmp_path), datetime(2026, 11, 22, 14, 5)
    with folder.begin(now) as session:
        assert session.name == "2026-11-22-1405"
        session.append(exchange("first?"))
    with folder.begin(now) as session:
        assert session.name == "2026-11-22-1405-2"


def test_two_chats_may_begin_in_one_minute(tmp_path: Path) -> None:
    folder, now = SessionFolder(tmp_path), datetime(2026, 11, 22, 14, 5)
    with folder.begin(now) as one, folder.begin(now) as another:
        assert [one.name, another.name] == ["2026-11-22-1405", "2026-11-22-1405-2"]
    with folder.begin(now) as session:
        assert session.name == "2026-11-22-1405"


def test_an_exchange_that_does_not_fit_on_the_disk_leaves_the_session_as_it_was(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    with folder.open("sepsis") as session:
        session.append(exchange("first?"))
        path = tmp_path / "sessions" / "sepsis.jsonl"
        before = path.read_bytes()
        with (
            file_size_limit(len(before) + 40),
            pytest.raises(StoreError, match=r"sepsis\.jsonl: the exchange could not"),
        ):
            session.append(exchange("second?"))
        assert path.read_bytes() == before
        session.append(exchange("third?"))
    with folder.open("sepsis") as session:
        assert session.exchanges == (exchange("first?"), exchange("third?"))


def test_an_exchange_becomes_the_turn_that_later_questions_refer_to() -> None:
    turn = exchange("first?").as_turn()
    assert (turn.question, turn.answer) == ("first? (in full)", QUOTE)
    assert turn.passage_ids == ("guidelines:ssc/antimicrobials#0",)
