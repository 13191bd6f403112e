"""Commands that steer a chat and keep what it said, each as a short conversation."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.wardround.fake_agent import QUOTE, FakeAgent, FakeDesk
from tests.wardround.test_chat import converse
from wardround.chat.sessions import SessionFolder


def said(folder: Path, typed: str, agent: FakeAgent | None = None, name: str | None = "s") -> list[str]:
    """Every paragraph after the greeting, complaints last."""
    output, messages = converse(folder, typed, agent, name)
    return [*output.split("\n\n")[1:-1], *messages.splitlines()]


def test_mode_k_and_model_are_told_and_changed(tmp_path: Path) -> None:
    assert said(tmp_path, "/mode\n/k 5\n/model vicuna\n/k wrong\n") == [
        "mode: agent",
        "k: 5",
        "model: vicuna",
        "privacy: nothing leaves this machine",
        "agent.k = 'wrong': not allowed",
    ]


def test_a_filter_is_set_told_and_taken_off(tmp_path: Path) -> None:
    assert said(tmp_path, "/filter year>=2018 type=rct\n/filter\n/filter off\n/filter nonsense\n") == [
        "Searching published from 2018; type Randomized Controlled Trial: 7 passages of the index.",
        "Searching published from 2018; type Randomized Controlled Trial.",
        "Searching everything: 7 passages of the index.",
        "'nonsense' is no filter: write parts such as year>=2018, year<=2020, year=2019, type=rct, evidence=guideline, "
        "mesh=Sepsis, journal=NAME, language=eng, corpus=NAME, retracted=no",
    ]


def test_a_filter_by_heading_journal_language_and_level_is_understood_and_an_empty_one_said(tmp_path: Path) -> None:
    assert said(
        tmp_path, '/filter mesh="Low Back Pain/therapy" journal=BMJ language=en evidence=rct\n/filter colour=red\n'
    ) == [
        "Searching evidence randomised trial; journal BMJ; language eng; MeSH Low Back Pain/therapy: "
        "no passages of the index.",
        "there is no filter 'colour': there are corpus, year_from, year_to, type, journal, language, mesh, evidence, "
        "retracted",
    ]


def test_the_corpus_is_told_with_everything_set(tmp_path: Path) -> None:
    assert said(tmp_path, "/k 3\n/corpus\n")[1] == (
        "guidelines: 2 documents, 2 passages. Summaries\nBuilt on 2026-11-22.\nmode: agent\nk: 3\n"
        "model: none, answers are quotations\nfilter: everything\nattached: nothing\n"
        "privacy: nothing leaves this machine"
    )


def test_documents_are_attached_kept_with_the_session_and_taken_off(tmp_path: Path) -> None:
    notes = tmp_path / "my notes.md"
    notes.write_text("# Notes")
    assert said(tmp_path, f"/attach keep\n/attach {notes}\n/attach keep\nHow soon?\n")[:2] == [
        "Attached: 1 document of 2 passages, for this session only; no certificate holds for them.",
        "Attached again whenever this session is resumed; what is cited of it is kept, too.",
    ]
    assert f"attached: {notes}" in said(tmp_path, "/corpus\n")[0]
    assert said(tmp_path, "/attach off\n/attach\n") == ["Nothing is attached now.", "Attached: nothing."]
    assert said(tmp_path, "/attach\n") == ["Attached: nothing."]


def test_documents_attached_to_one_session_are_not_searched_in_another(tmp_path: Path) -> None:
    letter, notes = tmp_path / "letter.txt", tmp_path / "notes.md"
    for path in (letter, notes):
        path.write_text("Notes.")
    said(tmp_path, f"/attach {notes}\n/attach keep\nHow soon?\n", name="with-notes")
    told = said(tmp_path, f"/attach {letter}\n/resume with-notes\n/attach\n")
    assert f"Attached: {notes}." in told


def test_an_attachment_that_is_gone_is_told_and_the_chat_goes_on(tmp_path: Path) -> None:
    notes = tmp_path / "notes.md"
    notes.write_text("# Notes")
    said(tmp_path, f"/attach {notes}\n/attach keep\nHow soon?\n")
    notes.unlink()
    assert said(tmp_path, "/k\n") == ["k: 14", f"not attached again: {notes}: no such folder or file"]


def test_undo_forgets_the_last_exchange_on_disk_too(tmp_path: Path) -> None:
    agent = FakeAgent()
    told = said(tmp_path, "How soon?\nWhich drug?\n/undo\nHow long?\n", agent)
    assert "Forgotten: Which drug?" in told
    assert [turn.question for turn in agent.asked[-1][1]] == ["How soon? (in full)"]
    exchanges = SessionFolder(tmp_path).read("s")
    assert [one.answer.question for one in exchanges] == ["How soon?", "How long?"]
    assert stat.S_IMODE((tmp_path / "sessions" / "s.jsonl").stat().st_mode) == 0o600


def test_retry_asks_the_same_without_the_answer_it_replaces(tmp_path: Path) -> None:
    agent = FakeAgent()
    said(tmp_path, "How soon?\nWhich drug?\n/retry\n", agent)
    assert [question for question, _ in agent.asked] == ["How soon?", "Which drug?", "Which drug?"]
    assert len(agent.asked[-1][1]) == 1
    assert len(SessionFolder(tmp_path).read("s")) == 2


def test_save_gives_the_session_a_name_and_goes_on_in_it(tmp_path: Path) -> None:
    assert said(tmp_path, "/save\nHow soon?\n/save sepsis\nHow long?\n/save s/x\n", name=None)[-1] == (
        "'s/x' is not a session name: use letters, digits, '.', '_' and '-', at most 64"
    )
    assert [(one.name, one.exchanges) for one in SessionFolder(tmp_path).summaries()] == [("sepsis", 2)]
    assert said(tmp_path, "How soon?\n/save sepsis\n")[-1].startswith("there is a session 'sepsis' already")


def test_export_writes_the_session_to_a_new_file(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    told = said(tmp_path, f"How soon?\nHow long?\n/export json {target}\n/export json {target}\n/export pdf\n")
    assert told[-3:] == [
        f"Written to {target}.",
        f"{target} exists already: choose another name",
        "'pdf' cannot be exported: write /export md|html|json|bib [FILE]",
    ]
    assert [one["question"] for one in json.loads(target.read_text())] == ["How soon?", "How long?"]


def test_sources_of_the_whole_session_are_listed_once(tmp_path: Path) -> None:
    told = said(tmp_path, "How soon?\nHow long?\n/sources all\n/source [1]\n")
    line = "[1] Surviving Sepsis (SCCM, 2021) Antimicrobials > Timing doi:10.1000/ssc"
    assert told[-3:-1] == [line, line]
    assert told[-1].startswith(f"»{QUOTE}«")


def test_a_line_that_ends_in_a_backslash_goes_on(tmp_path: Path) -> None:
    agent = FakeAgent()
    said(tmp_path, "How soon\\\nin sepsis?\n", agent)
    assert agent.asked[0][0] == "How soon\nin sepsis?"


def test_a_desk_for_tests_is_like_the_real_one() -> None:
    from wardround.chat.desk import ConfiguredDesk

    public = {name for name in vars(ConfiguredDesk) if not name.startswith("_")}
    assert public - {"agent"} == {name for name in vars(FakeDesk) if not name.startswith("_")}
