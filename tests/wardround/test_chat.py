"""Whole conversations: what is typed, and everything that is written in return."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from tests.wardround.fake_agent import QUOTE, FakeAgent, FakeDesk, an_answer
from wardround.chat.commands import COMMANDS
from wardround.chat.dialogue import Dialogue
from wardround.chat.lines import PipedLines
from wardround.chat.screen import PlainScreen
from wardround.chat.sessions import SessionFolder

NOW = datetime(2026, 11, 22, 14, 5)
ANSWER = an_answer("How soon?").to_text()


def converse(
    folder: Path, typed: str | bytes, agent: FakeAgent | None = None, name: str | None = None
) -> tuple[str, str]:
    raw = typed if isinstance(typed, bytes) else typed.encode()
    output, messages = io.StringIO(), io.StringIO()
    screen = PlainScreen(output, messages, progress=False)
    with Dialogue(FakeDesk(agent), SessionFolder(folder), screen, name=name, now=lambda: NOW) as dialogue:
        dialogue.run(PipedLines(io.BytesIO(raw)))
    return output.getvalue(), messages.getvalue()


def test_questions_are_answered_and_commands_obeyed(tmp_path: Path) -> None:
    output, messages = converse(tmp_path, "How soon?\n\n/sources\n/sources 1\n/why\n/quit\nnever read\n")
    assert messages == ""
    assert (
        output
        == f"""Session 2026-11-22-1405. /help lists the commands.

{ANSWER}
[1] Surviving Sepsis (SCCM, 2021) Antimicrobials > Timing doi:10.1000/ssc

[1] Surviving Sepsis (SCCM, 2021) Antimicrobials > Timing doi:10.1000/ssc

»Give antibiotics within one hour.«[31m Take cultures first.

Looked up as: How soon? (in full)
Round 1: 2 new passages
  antibiotics timing
  septic shock
The rounds ended because every part of the question is covered.
Written from 1 of 2 passages (uncalibrated).
Claim 1: supported, quotation [1]

"""
    )


def test_help_lists_every_command(tmp_path: Path) -> None:
    output, _ = converse(tmp_path, "/help\n")
    lines = output.split("\n\n")[1].splitlines()
    assert [line.split()[0] for line in lines] == list(COMMANDS)
    assert lines[1] == "/sources [all]                         the last answer's sources, or the whole session's"


def test_what_goes_wrong_is_told_in_one_line_and_the_chat_goes_on(tmp_path: Path) -> None:
    typed = b"/nonsense\n/why\n/sources 3\n\xff\xfe\nbroken?\n/resume nobody\nHow soon?\n/sources 3\n"
    output, messages = converse(tmp_path, typed)
    assert messages.splitlines() == [
        "/nonsense: no such command; /help lists them",
        "nothing was answered in this session yet",
        "nothing was answered in this session yet",
        "a line on standard input is not UTF-8 text (byte 0); it is left out",
        "the index is damaged: build it again with `wardround corpus build`",
        "there is no session 'nobody'; /sessions lists them",
        "there is no source '3' in this session; /sources all lists them",
    ]
    assert output.endswith(ANSWER + "\n")


def test_a_later_question_is_asked_with_what_was_said_before(tmp_path: Path) -> None:
    agent = FakeAgent()
    converse(tmp_path, "How soon?\nAnd in pregnancy?\n", agent)
    (_, first), (question, second) = agent.asked
    assert first == ()
    assert question == "And in pregnancy?"
    assert [(turn.question, turn.answer) for turn in second] == [("How soon? (in full)", QUOTE)]


def test_a_session_is_resumed_by_name_from_the_command_line_and_from_within(tmp_path: Path) -> None:
    converse(tmp_path, "How soon?\n", name="sepsis")
    agent = FakeAgent()
    output, messages = converse(tmp_path, "Which drug?\n", agent, name="sepsis")
    assert output.startswith("Session sepsis with 1 question so far. /help lists the commands.\n")
    assert len(agent.asked[0][1]) == 1

    agent = FakeAgent()
    output, messages = converse(tmp_path, "/resume sepsis\nHow long?\n/resume sepsis\n", agent)
    assert "Session sepsis with 2 questions so far. Last question: Which drug?\n" in output
    assert len(agent.asked[0][1]) == 2
    assert messages == "the session 'sepsis' is the one that is open\n"


def test_sessions_are_listed_with_their_size(tmp_path: Path) -> None:
    output, _ = converse(tmp_path, "/sessions\nHow soon?\nHow long?\n/sessions\n")
    paragraphs = output.split("\n\n")
    assert paragraphs[1] == "No session is kept yet."
    assert paragraphs[-2].startswith("2026-11-22-1405: 2 questions, last ")


def test_a_chat_without_questions_leaves_no_session_behind(tmp_path: Path) -> None:
    converse(tmp_path, "/help\n")
    assert SessionFolder(tmp_path).summaries() == []


def test_nothing_of_a_source_reaches_the_terminal_raw(tmp_path: Path) -> None:
    output, messages = converse(tmp_path, "How soon?\n/sources 1\n/why\n")
    assert "\x1b" not in output + messages
    assert "\u202e" not in output + messages
