"""R2MED as a whole: failed queries, what a model is told queries are, tasks that are named and that are not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from wardround.agent.models.protocol import Prompt
from wardround.agent.models.scripted import ScriptedModel
from wardround.commands.app import app
from wardround.errors import BackendError
from wardround.evals.retrieval.r2med import TASKS

TEXTS = {
    "d1": "Noradrenaline is the first-line vasopressor in septic shock.",
    "d2": "Colchicine treats a flare of gout.",
    "d3": "Alteplase is given within 4.5 hours of a stroke.",
}


def lines(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def task_in(folder: Path) -> None:
    """A task of two queries, each with one relevant passage."""
    lines(folder / "corpus.jsonl", *({"id": name, "text": text} for name, text in TEXTS.items()))
    lines(folder / "query.jsonl", {"id": "0", "text": "low pressure, shock"}, {"id": "1", "text": "sore toe"})
    lines(folder / "qrels.jsonl", *({"q_id": q, "p_id": p, "score": 1} for q, p in (("0", "d1"), ("1", "d2"))))


@pytest.fixture(autouse=True)
def eight_tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of R2MED in miniature in ``all``; the working directory is otherwise empty."""
    monkeypatch.chdir(tmp_path)
    for task in TASKS:
        task_in(Path("all") / task)


def measure(*arguments: str, data: str = "all") -> Result:
    return CliRunner().invoke(app, ["eval", "retrieval", "r2med", "--data", data, "--retriever", "bm25", *arguments])


Configure = Callable[[Callable[[Prompt], str]], list[ScriptedModel]]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Makes the configured model one that answers by a function; every command opens it anew."""

    def configure(otherwise: Callable[[Prompt], str]) -> list[ScriptedModel]:
        opened: list[ScriptedModel] = []

        def choose(_: object) -> ScriptedModel:
            opened.append(ScriptedModel(otherwise=otherwise))
            return opened[-1]

        monkeypatch.setattr("wardround.agent.models.choose.choose_model", choose)
        return opened

    return configure


def knows(prompt: Prompt) -> str:
    return "gout flare" if "sore toe" in prompt.messages[-1].content else "vasopressor"


def knows_no_toes(prompt: Prompt) -> str:
    if "sore toe" in prompt.messages[-1].content:
        raise BackendError("the server does not answer")
    return "vasopressor"


def never_answers(prompt: Prompt) -> str:
    raise BackendError("the server does not answer")


def test_queries_that_failed_count_as_nothing_by_every_measure_and_are_counted(model: Configure) -> None:
    model(knows_no_toes)
    done = measure("--query-mode", "hyde")
    assert done.exit_code == 0
    _, ours, recall, queries, *_ = done.stdout.splitlines()
    assert ours.split() == ["wardround", "bm25", "hyde", *["50.00"] * 9]
    assert recall.split()[-8:] == ["50.00"] * 8
    assert queries.split() == ["queries", *["2,", "1", "failed"] * 8]
    told = [line for line in done.stderr.splitlines() if line.startswith("wardround: Biology: ")]
    assert len(told) == 1
    assert told[0].startswith("wardround: Biology: 1 of 2 queries failed and count as 0, runs/r2med/Biology/")
    assert told[0].endswith("/report.html says why; --retry-failed searches for them again")
    figures = json.loads(measure("--query-mode", "hyde", "--json").stdout)
    assert figures["failed"] == dict.fromkeys(TASKS, 1)
    assert figures["queries"] == dict.fromkeys(TASKS, 2)
    assert figures["R@100"] == dict.fromkeys(TASKS, 50)
    model(knows)
    mended = json.loads(measure("--query-mode", "hyde", "--json", "--retry-failed").stdout)
    assert (mended["mean"], mended["failed"]) == (100, dict.fromkeys(TASKS, 0))


def test_all_queries_failing_is_a_table_of_zeros_and_no_defect(model: Configure) -> None:
    model(never_answers)
    done = measure("--query-mode", "hyde")
    assert done.exit_code == 0
    _, ours, recall, queries, *_ = done.stdout.splitlines()
    assert ours.split()[-9:] == ["0.00"] * 9
    assert recall.split()[-8:] == ["0.00"] * 8
    assert queries.split()[-3:] == ["2,", "2", "failed"]


@pytest.mark.parametrize("named", ["PMC-Clinical", "pmc_clinical"])
def test_a_task_alone_asks_for_what_it_asks_for_among_all(model: Configure, named: str) -> None:
    task_in(Path("alone") / named)
    opened = model(knows)
    measure("--query-mode", "hyde", data=f"alone/{named}")
    asked = [call.prompt.messages[-1].content for call in opened[0].calls]
    assert len(asked) == 2
    assert all("Write a similar case" in text for text in asked)
    # Among all eight, the same prompts are asked for the task, whose replies are therefore kept already.
    measure("--query-mode", "hyde")
    assert not set(asked) & {call.prompt.messages[-1].content for call in opened[1].calls}


def test_the_folder_one_stands_in_is_named_too(model: Configure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("all/MedQA-Diag")
    opened = model(knows)
    measure("--query-mode", "hyde", data=".")
    assert "Exam question" in opened[0].calls[0].prompt.messages[-1].content
