"""``wardround ask``: what goes to which stream, and the exit code of everything that can happen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from tests.wardround.fake_agent import an_answer

FAKE = Path(__file__).with_name("fake_agent.py")
ENVIRONMENT = {"PYTHONPATH": str(Path(__file__).parents[2]), "TERM": "dumb"}


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(FAKE), *arguments],
        input=stdin,
        capture_output=True,
        env=os.environ | ENVIRONMENT | environment,
        timeout=60,
    )


def test_the_answer_is_on_standard_output_and_nothing_else_is_said_without_a_terminal() -> None:
    done = run("ask", "How soon?")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode() == an_answer("How soon?").to_text()


def test_the_question_may_come_from_standard_input() -> None:
    for arguments in (("ask", "-"), ("ask",)):
        assert run(*arguments, stdin="\ufeffHow soon?\n".encode()).stdout.decode() == an_answer("How soon?").to_text()


def test_json_is_the_published_contract() -> None:
    assert json.loads(run("ask", "--json", "How soon?").stdout) == json.loads(an_answer("How soon?").to_json())


def test_markdown_is_markdown() -> None:
    assert run("ask", "--markdown", "How soon?").stdout.decode() == an_answer("How soon?").to_markdown()


def test_references_are_written_beside_the_answer(tmp_path: Path) -> None:
    done = run("ask", "--references", str(tmp_path / "sources.bib"), "How soon?")
    assert (done.returncode, done.stdout.decode()) == (0, an_answer("How soon?").to_text())
    assert (tmp_path / "sources.bib").read_text() == an_answer("How soon?").references_as("bibtex")
    refused = run("ask", "--references", str(tmp_path / "sources.doc"), "How soon?")
    assert (refused.returncode, refused.stdout) == (4, b"")


def test_an_abstention_is_an_answer_unless_the_exit_code_shall_tell() -> None:
    assert run("ask", "unknown").returncode == 0
    assert run("ask", "unknown", "--exit-code").returncode == 20
    assert run("ask", "How soon?", "--exit-code").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "line"),
    [
        (("ask", ""), b"", 4, "the question is empty"),
        (("ask", "  \n "), b"", 4, "the question is empty"),
        (("ask", "-"), b"", 4, "the question is empty"),
        (("ask", "q" * 100_000), b"", 4, "the question has 100000 characters; at most 20000 are read"),
        (("ask", "-"), b"q" * 100_000, 4, "the question has 100000 characters; at most 20000 are read"),
        (("ask", "-"), b"\x7fELF\x02\x01\xff\xfe", 4, "standard input is not UTF-8 text (byte 6)"),
        (("ask", "-"), b"what\x00ever", 4, "the question holds control characters"),
        (("ask", "How?", "--k", "99"), b"", 3, "agent.k = 99 (command line): must be a whole number"),
        (("ask", "How?", "--set", "agent.k"), b"", 3, "--set agent.k: write NAME=VALUE"),
        (("ask", "How?", "--set", "agent.kk=3"), b"", 3, "agent.kk (command line): no such setting; did you mean"),
        (
            ("ask", "How?", "--filter", "colour=red"),
            b"",
            4,
            "there is no filter 'colour': there are corpus, year_from, ",
        ),
        (("ask", "How?", "--filter", "mesh"), b"", 4, "'mesh' is no filter: write parts such as year>=2018, "),
        (("ask", "--batch", "-", "--filter", "evidence=good"), b"", 4, "there is no level of evidence 'good': there "),
        (("ask", "How?", "--profile", "laptop"), b"", 3, "profile = 'laptop' (command line): must be one of"),
        (("ask", "How?", "--config", "absent.toml"), b"", 3, "file absent.toml: cannot be read"),
        (("ask", "broken"), b"", 7, "the index is damaged"),
        (("chat", "--session", "../x"), b"", 4, "'../x' is not a session name"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], stdin: bytes, code: int, line: str) -> None:
    done = run(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"wardround: {line}")
    assert done.stderr.count(b"\n") == 1


def test_a_filter_of_several_parts_reaches_the_agent() -> None:
    parts = ("--filter", "year>=2018", "--filter", "mesh=Low Back Pain/therapy", "--filter", "language=en")
    answer = json.loads(run("ask", "--json", *parts, "How soon?").stdout)
    assert answer["warnings"] == ["searched published from 2018; language eng; MeSH Low Back Pain/therapy"]


@pytest.mark.parametrize("arguments", [("aks",), ("ask", "--jsn", "How?"), ("ask", "--json", "--markdown", "How?")])
def test_wrong_usage_exits_with_two(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr


def test_a_bytes_argument_that_is_no_text_is_refused() -> None:
    done = subprocess.run(
        [sys.executable.encode(), bytes(FAKE), b"ask", b"\xff\xfe"],
        capture_output=True,
        env=os.environ | ENVIRONMENT,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (
        4,
        b"wardround: the question is not UTF-8 text: check the terminal's encoding\n",
    )


def test_the_traceback_is_shown_when_asked_for() -> None:
    done = run("ask", "broken", WARDROUND_DEBUG="1")
    assert done.returncode == 7
    assert b"Traceback" in done.stderr


def test_a_reader_that_goes_away_is_no_matter_for_words() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, str(FAKE), "ask", "--json", "How soon?"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, env=os.environ | ENVIRONMENT, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_is_said_in_one_line() -> None:
    with open("/dev/full", "wb") as full:
        command = [sys.executable, str(FAKE), "ask", "How soon?"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=os.environ | ENVIRONMENT, timeout=60)
    assert done.returncode == 74
    assert done.stderr == b"wardround: No space left on device\n"


def test_the_rounds_are_told_at_a_terminal_and_an_interrupt_ends_the_run() -> None:
    child = pexpect.spawn(
        sys.executable, [str(FAKE), "ask", "wait for it"], env=os.environ | ENVIRONMENT, timeout=30, encoding="utf-8"
    )
    child.expect("Round 1\r\n  looking up: antibiotics timing\r\n  looking up: septic shock\\[2J\r\n")
    child.kill(signal.SIGINT)
    child.expect("wardround: interrupted")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 130


def test_quiet_tells_nothing_at_a_terminal() -> None:
    command = [str(FAKE), "ask", "-q", "How soon?"]
    child = pexpect.spawn(sys.executable, command, env=os.environ | ENVIRONMENT, timeout=30, encoding="utf-8")
    child.expect(pexpect.EOF)
    assert child.before.replace("\r\n", "\n") == an_answer("How soon?").to_text(80)


def test_a_server_elsewhere_is_named_at_the_start_of_a_chat() -> None:
    settings = ("model.base_url=http://gpu.example:8000/v1", "model.allowed_hosts=gpu.example")
    server = ("--model", "m", "--set", settings[0], "--set", settings[1])
    shown = run("chat", "--session", "s", *server, stdin=b"").stdout.decode()
    assert shown.startswith("Questions or passages are sent to http://gpu.example:8000/v1.\n")
