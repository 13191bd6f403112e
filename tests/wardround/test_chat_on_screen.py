"""What a person sees: whole screens of the real program, over a made-up agent and over the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_openai_server import FakeOpenAIServer, constraint_of
from tests.wardround.terminal import Terminal

FAKE = str(Path(__file__).with_name("fake_agent.py"))
ROOT = str(Path(__file__).parents[2])

AT_FORTY_COLUMNS = """\
Session s. /help lists the commands.

> How soon?

 1 “Give antibiotics within one hour.”
   [1]

References

 • [1] Surviving Sepsis (SCCM, 2021).
   Antimicrobials > Timing.
   doi:10.1000/ssc. Corpus guidelines

Every statement is quoted from its
source; no language model is configured
(see `wardround doctor` for how to add
one).

Read 1 of 2 passages found
(uncalibrated); 2 queries in 1 round,
0.5 s. Decision support for
professionals; it does not replace
clinical judgement.
> /source 1
[1] Surviving Sepsis (SCCM, 2021)
Antimicrobials > Timing doi:10.1000/ssc

»Give antibiotics within one hour.«[31m
Take cultures first.

> /k 5
k: 5

>"""


@pytest.fixture
def narrow() -> Iterator[Terminal]:
    with Terminal([FAKE, "chat", "--session", "s"], columns=40, PYTHONPATH=ROOT) as terminal:
        terminal.until("lists the commands. >")
        yield terminal


def test_the_whole_screen_at_forty_columns_then_wider_after_a_resize(narrow: Terminal) -> None:
    narrow.enter("How soon?")
    narrow.until("clinical judgement. >")
    narrow.enter("/source 1")
    narrow.until("cultures first. >")
    narrow.enter("/k 5")
    assert narrow.until("k: 5 >") == AT_FORTY_COLUMNS.splitlines()
    narrow.resize(90, 60)
    narrow.enter("/sources")
    line = "[1] Surviving Sepsis (SCCM, 2021) Antimicrobials > Timing doi:10.1000/ssc"
    assert line in narrow.until(f"/sources {line} >")


def test_rounds_and_claims_with_their_numbers_appear_while_it_works_and_go_when_cancelled(narrow: Terminal) -> None:
    narrow.enter("linger, how soon?")
    shown = narrow.until("hour. [1]")
    assert "  looking up: antibiotics timing" in shown
    assert "  2 passages: antibiotics timing" in shown
    narrow.type("\x03")
    shown = narrow.until("finished step. >")
    assert not any("looking up" in line for line in shown)


def test_several_lines_are_typed_pasted_and_searched_for(narrow: Terminal) -> None:
    narrow.type("How soon\\\r")
    narrow.type("in sepsis?")
    assert narrow.until("> How soon . in sepsis?")[-2:] == ["> How soon", ". in sepsis?"]
    narrow.type("\r")
    narrow.until("clinical judgement. >")
    narrow.type("\x1b[200~one\ntwo\x1b[201~")
    assert narrow.until("> one . two")[-2:] == ["> one", ". two"]
    narrow.type("\x03")
    narrow.until("leaves the chat) >")
    narrow.type("/exp\t")
    narrow.until("> /export")
    narrow.type("\x03")
    narrow.until("/export (/quit or Ctrl-D leaves the chat) >")
    narrow.type("\x12soon")
    narrow.until("in sepsis?")


def test_a_plain_chat_draws_nothing_twice_and_sends_no_control_sequence() -> None:
    with Terminal([FAKE, "chat", "--session", "s", "--plain"], PYTHONPATH=ROOT) as terminal:
        terminal.until("commands. >")
        terminal.enter("How soon?")
        shown = terminal.until("clinical judgement. >")
        assert [line for line in shown if "timing" in line] == [
            "looking up: antibiotics timing",
            "2 passages: antibiotics timing",
        ]
        terminal.enter("/quit")
        assert terminal.exit_code() == 0


QUOTED = "In adults with septic shock, give antibiotics within 1 hour of recognition."


def writes(body: dict[str, Any]) -> str:
    """Plans nothing, and writes one claim on the first passage shown."""
    _, schema = constraint_of(body)
    fields = (schema or {}).get("properties", {})
    if "claims" in fields:
        ids = fields["claims"]["items"]["properties"]["passage_ids"]["items"]["enum"]
        return json.dumps({"claims": [{"text": QUOTED, "passage_ids": ids[:3]}], "uncovered": []})
    if "text" in fields:
        ids = fields["passage_ids"]["items"]["enum"]
        return json.dumps({"text": QUOTED, "passage_ids": ids[:3]})
    if "queries" in fields:
        return json.dumps({"analysis": "", "enough": False, "queries": ["antibiotic timing in septic shock"]})
    return json.dumps({"answer": "", "passage_ids": []})


@pytest.mark.timeout(600)  # the first test that wants the starter index builds it
def test_the_real_program_quotes_then_lets_a_server_write_then_goes_on_after_a_restart(
    starter_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARDROUND_RETRIEVAL__STORE__FOLDER", str(starter_index))
    with FakeOpenAIServer(context_tokens=32_768, answer=writes) as server:
        monkeypatch.setenv("WARDROUND_MODEL__BASE_URL", server.url)
        chat = ["-m", "wardround", "chat", "--session", "s"]
        with Terminal(chat, columns=100, rows=70) as terminal:
            terminal.until("commands. >")
            terminal.enter("In adults with septic shock, how soon should antibiotics be given?")
            terminal.until("no language model is configured")
            quoted = _settled(terminal.until("clinical judgement. >"))
            assert (
                " 1 Antibiotic Timing: “The SSC recommends administering antimicrobials immediately, ideally within 1"
                in quoted
            )
            assert quoted[-1] == ">"
            terminal.enter("/model fake-model")
            terminal.until("model: fake-model privacy: nothing leaves this machine >")
            terminal.enter("/retry")
            terminal.until(f"{QUOTED.rpartition(' ')[2]} [1]")
            terminal.until("clinical judgement. >")
            terminal.enter("/quit")
            assert terminal.exit_code() == 0
        assert server.chats
        with Terminal([*chat, "--plain"], columns=100, rows=70) as terminal:
            assert terminal.until("commands. >")[0] == "Session s with 1 question so far. /help lists the commands."
            terminal.enter("/why")
            assert "Claim 1: supported, model [1]" in terminal.until("Claim 1: supported, model [1] >")


def _settled(lines: list[str]) -> list[str]:
    """The screen without what differs from run to run."""
    return [re.sub(r"\d+\.\d s;", "N s;", line) for line in lines]
