"""The chat as a person at a terminal meets it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

FAKE = Path(__file__).with_name("fake_agent.py")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def terminal() -> Iterator[pexpect.spawn]:
    yield from spawned("xterm")


@pytest.fixture
def simple_terminal() -> Iterator[pexpect.spawn]:
    yield from spawned("dumb")


def spawned(kind: str) -> Iterator[pexpect.spawn]:
    environment = os.environ | {"TERM": kind, "PROMPT_TOOLKIT_NO_CPR": "1", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    child = pexpect.spawn(
        sys.executable, [str(FAKE), "chat", "--session", "s"], env=environment, timeout=20, dimensions=(40, 100)
    )
    child.expect("Session s")
    yield child
    child.close(force=True)


def test_an_answer_appears_with_its_reference(terminal: pexpect.spawn) -> None:
    terminal.expect(">")
    terminal.sendline("How soon?")
    terminal.expect("looking up: antibiotics timing")
    terminal.expect("Give antibiotics within one hour")
    terminal.expect("Surviving Sepsis")
    terminal.sendline("/quit")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


def test_ctrl_c_cancels_the_answer_and_not_the_session(terminal: pexpect.spawn) -> None:
    terminal.expect(">")
    terminal.sendline("wait for it")
    terminal.expect("2 passages: antibiotics timing")
    terminal.sendintr()
    terminal.expect("Cancelled")
    terminal.sendline("How soon?")
    terminal.expect("Give antibiotics within one hour")


def test_ctrl_c_at_the_prompt_drops_the_line_and_ctrl_d_leaves(terminal: pexpect.spawn) -> None:
    terminal.expect(">")
    terminal.send("half a quest")
    terminal.sendintr()
    terminal.expect("leaves the chat")
    terminal.expect(">")
    terminal.sendeof()
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


def test_a_simple_terminal_gets_plain_lines(simple_terminal: pexpect.spawn) -> None:
    simple_terminal.expect("> ")
    simple_terminal.sendline("How soon?")
    simple_terminal.expect("Round 1")
    simple_terminal.expect("Surviving Sepsis")
    simple_terminal.expect("> ")
    assert b"\x1b" not in simple_terminal.before
    simple_terminal.sendline("/quit")
    simple_terminal.expect(pexpect.EOF)
