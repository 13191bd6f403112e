"""Queries that are rewritten or planned before they are searched for: what that costs, what is kept, what is told."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.evals.small_r2med import TEXTS, Configure, configured_by, lines
from wardround.agent.models.metering import MeteredModel, metered
from wardround.agent.models.protocol import Message, Prompt, Usage
from wardround.agent.models.scripted import ScriptedModel, ScriptExhaustedError
from wardround.commands.app import app
from wardround.errors import EvaluationError
from wardround.evals.retrieval.kept_replies import KeepingModel, KeptReplies


@pytest.fixture
def r2med(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One task, whose two queries say nothing of what the relevant passages say; the working directory is empty."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "r2med"
    lines(folder / "corpus.jsonl", *({"id": name, "text": text} for name, text in TEXTS.items()))
    lines(folder / "query.jsonl", {"id": "0", "text": "pressure keeps falling"}, {"id": "1", "text": "a sore toe"})
    lines(folder / "qrels.jsonl", *({"q_id": q, "p_id": p, "score": 1} for q, p in (("0", "d1"), ("1", "d2"))))
    return folder


def knows_the_field(prompt: Prompt) -> str:
    return "gout flare" if "sore toe" in prompt.messages[-1].content else "vasopressor in septic shock"


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> Configure:
    return configured_by(monkeypatch)


def measured(r2med: Path, *arguments: str) -> Result:
    given = ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", "bm25", *arguments]
    return CliRunner().invoke(app, given)


def report_in(folder: Path) -> dict:  # type: ignore[type-arg]  # JSON
    return json.loads((folder / "report.json").read_text())


def test_what_rewriting_cost_stands_in_the_report(r2med: Path, models: Configure) -> None:
    model = models(knows_the_field)
    done = measured(r2med, "--query-mode", "hyde", "--out", "run")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")
    cost = report_in(Path("run"))["cost"]
    asked = [call.prompt for call in model[0].calls]
    assert (cost["calls"], cost["prompt_tokens"] > 100, cost["completion_tokens"]) == (2, True, 6)
    assert {prompt.temperature for prompt in asked} == {0.7}
    assert "2 calls, " in Path("run/report.md").read_text()


def test_a_rewrite_is_written_once_for_all_retrievers(r2med: Path, models: Configure) -> None:
    opened = models(knows_the_field)
    for retriever in ("bm25", "r2med-bm25"):
        measured(r2med, "--query-mode", "hyde", "--retriever", retriever, "--out", retriever)
    assert [len(model.calls) for model in opened] == [2, 0]
    # What was written before is reported at what it cost then.
    assert report_in(Path("bm25"))["cost"]["prompt_tokens"] == report_in(Path("r2med-bm25"))["cost"]["prompt_tokens"]
    # Another method asks in other words.
    measured(r2med, "--query-mode", "query2doc", "--out", "other")
    assert len(opened[2].calls) == 2


def test_empty_rewrites_are_told(r2med: Path, models: Configure) -> None:
    models(lambda prompt: "" if "sore toe" in prompt.messages[-1].content else "vasopressor")
    done = measured(r2med, "--query-mode", "hyde")
    assert done.stderr.splitlines() == [
        "wardround: 1 of 2 rewrites are empty: their queries were searched for as they are",
        "wardround: 1 of 2 queries found nothing and count as 0",
    ]
    assert done.stdout.splitlines()[1].startswith("nDCG@10 50.00 ")


def test_thoughts_that_never_ended_are_told(r2med: Path, models: Configure) -> None:
    endless = "<think>a sore toe, so is it a flare of gout"
    models(lambda prompt: endless if "sore toe" in prompt.messages[-1].content else "low? </think> vasopressor")
    done = measured(r2med, "--query-mode", "lamer", "--out", "run")
    assert done.stderr == "wardround: 1 of 2 replies never came to an end of thought and were taken whole\n"
    assert done.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")
    assert report_in(Path("run"))["cost"]["calls"] == 2


def test_a_planner_needs_no_language_model(r2med: Path) -> None:
    lines(r2med / "query.jsonl", {"id": "0", "text": "vasopressor in a child with gout"}, {"id": "1", "text": "gout"})
    done = measured(r2med, "--query-mode", "planned", "--out", "run")
    assert (done.exit_code, done.stderr) == (0, "")
    system = json.loads(Path("run/manifest.json").read_text())["system"]
    assert (system["retriever"], system["rewriting"][0]) == ("planned-bm25", "planned by coverage 1, 3 queries")


def test_a_language_model_plans_where_one_is_configured(r2med: Path, models: Configure) -> None:
    def plans(prompt: Prompt) -> str:
        return json.dumps({"analysis": "", "enough": False, "queries": [knows_the_field(prompt)]})

    opened = models(plans)
    done = measured(r2med, "--query-mode", "planned", "--out", "run")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")
    assert report_in(Path("run"))["cost"]["calls"] == len(opened[0].calls) == 2


def test_a_planner_that_fails_fails_the_query_and_is_counted(r2med: Path, models: Configure) -> None:
    models(lambda prompt: "no JSON")
    done = measured(r2med, "--query-mode", "planned", "--out", "run")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 0.00 ")
    assert "2 items failed; --retry-failed asks them again" in done.stdout
    models(lambda prompt: json.dumps({"analysis": "", "enough": False, "queries": [knows_the_field(prompt)]}))
    done = measured(r2med, "--query-mode", "planned", "--out", "run", "--retry-failed")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")


def test_all_tasks_of_r2med_share_one_model_and_name_its_cost(r2med: Path, models: Configure) -> None:
    for task in ("Biology", "PMC-Clinical"):
        lines(Path("all") / task / "corpus.jsonl", *({"id": name, "text": text} for name, text in TEXTS.items()))
        lines(Path("all") / task / "query.jsonl", {"id": "0", "text": "a sore toe"})
        lines(Path("all") / task / "qrels.jsonl", {"q_id": "0", "p_id": "d2", "score": 1})
    opened = models(knows_the_field)
    arguments = ["eval", "retrieval", "r2med", "--data", "all", "--retriever", "bm25", "--query-mode", "hyde"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.stderr
    assert len(opened) == 1
    assert "Write a similar case" in opened[0].calls[-1].prompt.messages[-1].content
    assert done.stdout.splitlines()[-1].startswith("2 calls, ")
    assert json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)["usage"]["calls"] == 2


async def test_a_kept_reply_is_the_reply_with_its_cost(tmp_path: Path) -> None:
    asked = Prompt((Message("user", "gout?"),), temperature=0.7)
    first = ScriptedModel(["flare"])
    reply = await KeepingModel(first, KeptReplies(tmp_path / "kept")).generate(asked)
    again = MeteredModel(KeepingModel(ScriptedModel(), KeptReplies(tmp_path / "kept")))
    with metered() as meter:
        assert (await again.generate_batch([asked, asked])) == [reply, reply]
    assert meter.usage == reply.usage + reply.usage
    assert reply.usage != Usage()
    with pytest.raises(ScriptExhaustedError):  # another seed is another prompt, and the script is at its end
        await again.generate(Prompt(asked.messages, temperature=0.7, seed=1))


async def test_a_file_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"no database at all, but long enough to look at" * 40)
    model = KeepingModel(ScriptedModel(["x"]), KeptReplies(tmp_path / "kept"))
    with pytest.raises(EvaluationError, match=r"kept cannot be used .*delete the file; the model is then asked again"):
        await model.generate(Prompt((Message("user", "?"),)))


def test_nothing_but_replies_is_kept(r2med: Path, models: Configure) -> None:
    models(knows_the_field)
    measured(r2med, "--query-mode", "hyde")
    with sqlite3.connect("runs/embeddings-replies") as kept:
        assert sorted(text for (text,) in kept.execute("SELECT text FROM replies")) == [
            "gout flare",
            "vasopressor in septic shock",
        ]
    assert b"sore toe" not in Path("runs/embeddings-replies").read_bytes()
