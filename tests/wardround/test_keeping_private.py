"""What is left on the machine can be seen and removed, and need not be left at all."""

from __future__ import annotations

import io
import os
import socket
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.wardround.fake_agent import an_answer
from tests.wardround.test_ask import run
from wardround.agent.settings import SessionSettings
from wardround.chat.redaction import cleaner
from wardround.chat.sessions import Exchange, SessionFolder
from wardround.commands.app import app
from wardround.errors import PrerequisiteError
from wardround.terminal import let_everything_be_written


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two sessions, one of them forty days old, typed lines and a run that was cut off."""
    monkeypatch.setenv("WARDROUND_SESSIONS__FOLDER", str(tmp_path))
    folder = SessionFolder(tmp_path)
    for name in ("old", "new"):
        with folder.open(name) as session:
            session.append(Exchange("2026-11-22T14:05:00", an_answer("How soon?")))
    long_ago = time.time() - 40 * 86400
    os.utime(tmp_path / "sessions" / "old.jsonl", (long_ago, long_ago))
    folder.line_history().write_text("How soon?")
    (tmp_path / "checkpoints.sqlite").touch()
    return tmp_path


def sessions(*arguments: str) -> tuple[int, str]:
    """Exit code and everything that was written."""
    done = CliRunner().invoke(app, ["sessions", *arguments], prog_name="wardround")
    return done.exit_code, done.output


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_old_sessions_go_and_the_others_stay(kept: Path) -> None:
    assert sessions("purge", "--older-than", "30") == (0, "removed old\n")
    assert left(kept) == [".lines", ".new.lock", "checkpoints.sqlite", "new.jsonl"]
    assert sessions("purge", "--older-than", "30") == (0, "there was nothing to remove\n")
    assert sessions("list")[1].startswith("new  1 question, last ")


def test_all_leaves_nothing_behind(kept: Path) -> None:
    assert sessions("purge", "--all")[0] == 0
    assert left(kept) == []


def test_a_session_that_is_open_or_unknown_is_not_removed(kept: Path) -> None:
    with SessionFolder(kept).open("new"):
        assert sessions("purge", "new") == (
            4,
            "wardround: the session 'new' is open in another terminal: close it there first\n",
        )
    assert sessions("purge", "../new")[0] == 4
    assert sessions("purge")[0] == 2


def test_a_session_is_shown_as_markdown(kept: Path) -> None:
    assert sessions("show", "new")[1] == f"## How soon?\n\n{an_answer('How soon?').to_markdown()}"


def test_redaction_needs_its_packages_and_says_so() -> None:
    try:
        import presidio_analyzer  # noqa: F401
    except ImportError:
        with pytest.raises(PrerequisiteError, match=r"pip install 'wardround\[redact\]'"):
            cleaner(SessionSettings(redact=True))
    assert cleaner(SessionSettings())("Mr Smith, 54") == "Mr Smith, 54"


@pytest.mark.parametrize(
    ("typed", "kept_of_it"),
    [
        ("Mr Smith, 54, born 12/03/1957, MRN 00123456: sepsis?", "Mr [name], 54, born [date], MRN [record]: sepsis?"),
        ("Patient Anna de Berg, seen 3 March 2024, eGFR 25", "Patient [name], seen [date], eGFR 25"),
        ("NHS 943 476 5919, a.b@hospital.org", "NHS [record], [email]"),
        ("Wells score 4.5, 2019 guideline, Parkinson", "Wells score 4.5, 2019 guideline, Parkinson"),
        ("BP 120/80, 30 mL/kg in 3 h, 10-14 days, age 45-54", "BP 120/80, 30 mL/kg in 3 h, 10-14 days, age 45-54"),
    ],
)
def test_names_dates_and_numbers_are_taken_out_and_clinical_words_stay(
    typed: str, kept_of_it: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("presidio_analyzer", reason="Presidio is not installed (make setup-redact)")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("redaction went to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert cleaner(SessionSettings(redact=True))(typed) == kept_of_it


def test_signs_that_an_encoding_lacks_are_spelled_out() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    let_everything_be_written(stream)
    stream.write("“eGFR ≥ 30 mL/min/1.73 m²” – β-blocker, 5 µg, naïve → 中")
    stream.flush()
    assert raw.getvalue() == b'"eGFR >= 30 mL/min/1.73 m2" - beta-blocker, 5 ug, naive -> [U+4E2D]'


def test_an_answer_can_be_written_in_any_locale_and_json_is_always_utf8() -> None:
    plain = run("ask", "How soon?", PYTHONIOENCODING="ascii:strict")
    assert plain.stdout.startswith(b'1. "Give antibiotics within one hour." [1]')
    assert run("ask", "--json", "How ≥?", PYTHONIOENCODING="ascii:strict").stdout.decode("utf-8").count("≥") == 2
