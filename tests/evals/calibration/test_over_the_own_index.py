"""A certificate for the index that questions are answered from, by judged questions of one's own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.agent.ward import SECTIONS, library
from wardround.agent import assembly
from wardround.agent.certificates import read_certificate
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.agent.settings import AgentSettings, Settings
from wardround.calibrating import Order, calibrate
from wardround.errors import EvaluationError, InputError
from wardround.evals.calibration import judged_evidence
from wardround.evals.calibration.own_questions import read_own_questions


def judged(folder: Path, gold: str = "ward:{}") -> Path:
    """Thirty questions, each of which one document of the ward answers."""
    questions = [f"What about {place.replace(' > ', ', ').lower()} in adults?" for place in SECTIONS] * 3
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": f"q{number}", "text": text} for number, text in enumerate(questions)]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    lines = [f"q{number}\t{gold.format(number % len(SECTIONS))}\t1" for number in range(len(questions))]
    (folder / "qrels" / "test.tsv").write_text("\n".join(["query\tcorpus\tscore", *lines, "q0\tward:5\t0"]) + "\n")
    return folder


def order(tmp_path: Path, **changes: object) -> Order:
    given = {
        "task": "ward", "data": tmp_path / "own", "loss": "evidence", "alpha": 0.2, "delta": 0.1,
        "out": tmp_path / "c.json", "choice": "fixed", "rule_faithful": False, "limit": None, "over_index": True,
    }  # fmt: skip
    return Order(**{**given, **changes})  # type: ignore[arg-type]


def test_it_holds_for_the_agent_over_that_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (judged_evidence, assembly):
        monkeypatch.setattr(place, "open_library", lambda *_: (library(), lambda: None))
    judged(tmp_path / "own")
    told = calibrate(Settings(), order(tmp_path))
    assert "evidence missed in at most 20 % of such questions, 90 % confidence, calibrated on 30 ward" in told
    certificate = read_certificate(tmp_path / "c.json")
    with ClinicalAgent.from_settings(Settings(agent=AgentSettings(certificate=tmp_path / "c.json"))) as agent:
        answer = agent.ask("What about sepsis, fluids in adults?")
    assert answer.contexts.certificate == certificate.one_line()
    assert answer.contexts.k == certificate.k


def test_gold_that_the_index_does_not_hold_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged_evidence, "open_library", lambda *_: (library(), lambda: None))
    judged(tmp_path / "own", gold="elsewhere:{}")
    with pytest.raises(EvaluationError, match="holds none of the passages or documents judged for 'What about sepsis"):
        calibrate(Settings(), order(tmp_path))


def test_judgements_are_of_known_questions_and_options_do_not_contradict_each_other(tmp_path: Path) -> None:
    folder = judged(tmp_path / "own")
    assert read_own_questions(folder)[5].gold == {"ward:5"}
    assert read_own_questions(folder)[0].gold == {"ward:0"}
    with pytest.raises(InputError, match="--over-index goes with --loss evidence"):
        calibrate(Settings(), order(tmp_path, loss="answer"))
    (folder / "qrels" / "test.tsv").write_text("query\tcorpus\tscore\nq99\tward:1\t1\n")
    with pytest.raises(EvaluationError, match="names the question 'q99', which is not there"):
        read_own_questions(folder)


def test_own_questions_may_be_packed_and_none_comes_twice(tmp_path: Path) -> None:
    plain = judged(tmp_path / "own")
    questions = read_own_questions(plain)
    lines = (plain / "queries.jsonl").read_bytes()
    (plain / "queries.jsonl").unlink()
    (plain / "queries.jsonl.gz").write_bytes(gzip.compress(lines))
    assert read_own_questions(plain) == questions
    (plain / "queries.jsonl").write_bytes(lines + b"\n" + lines.splitlines()[0])
    with pytest.raises(EvaluationError, match=r"queries\.jsonl:31: field '_id' is 'q0', as in a row before it"):
        read_own_questions(plain)
