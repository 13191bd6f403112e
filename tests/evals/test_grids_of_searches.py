"""A grid of retrievers and query modes over a judged set: what it runs, what it tells, and what it refuses at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from wardround.agent.models.protocol import Prompt
from wardround.agent.models.scripted import ScriptedModel
from wardround.commands.app import app

TEXTS = {
    "d1": "Noradrenaline is the first-line vasopressor in septic shock.",
    "d2": "Colchicine treats a flare of gout.",
    "d3": "Alteplase is given within 4.5 hours of a stroke. " * 40,
}


def lines(path: Path, *rows: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(autouse=True)
def task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task of R2MED whose first query says nothing of its passage, and which lacks a judged passage."""
    monkeypatch.chdir(tmp_path)
    lines(Path("Biology/corpus.jsonl"), *({"id": name, "text": text} for name, text in TEXTS.items()))
    lines(Path("Biology/query.jsonl"), {"id": "0", "text": "a sore toe"}, {"id": "1", "text": "septic shock"})
    judged = (("0", "d2"), ("1", "d1"), ("1", "lost"))
    lines(Path("Biology/qrels.jsonl"), *({"q_id": q, "p_id": p, "score": 1} for q, p in judged))


def experiment(text: str) -> Result:
    Path("grid.toml").write_text(f'task = "retrieval_r2med"\n{text}')
    return CliRunner().invoke(app, ["eval", "experiment", "grid.toml", "--data", "Biology", "--quiet"])


def figures(cell: str) -> dict:  # type: ignore[type-arg]  # JSON
    return json.loads((Path("runs/grid") / cell / "report.json").read_text())


def test_query_modes_are_run_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[ScriptedModel] = []

    def writes(prompt: Prompt) -> str:
        return "gout flare" if "sore toe" in prompt.messages[-1].content else "vasopressor"

    def choose(_: object) -> ScriptedModel:
        opened.append(ScriptedModel(otherwise=writes))
        return opened[-1]

    monkeypatch.setattr("wardround.agent.models.choose.choose_model", choose)
    done = experiment(
        '[settings]\n"model.kind" = "server"\n"model.name" = "m"\n'
        '[grid]\nretriever = ["bm25", "r2med-bm25"]\nquery_mode = ["original", "hyde"]\n'
    )
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("# Retrieval on r2med: bm25-query_mode=original, bm25-query_mode=hyde, r2med-bm25-")
    assert figures("bm25-query_mode=original")["measures"]["R@10"]["estimate"] == 0.25
    assert figures("bm25-query_mode=hyde")["measures"]["R@10"]["estimate"] == 0.75
    assert figures("bm25-query_mode=hyde")["cost"]["calls"] == 2
    # The second retriever searches for what was written for the first; the task's own words ask for it.
    assert [len(model.calls) for model in opened] == [2, 0]
    assert opened[0].calls[0].prompt.messages[-1].content.count("Post") > 0


def test_what_a_reader_of_the_figures_must_know_is_told_of_each_cell() -> None:
    done = experiment('[grid]\nretriever = ["bm25", "dense"]\n')
    assert done.stderr.splitlines() == [
        "wardround: bm25: Biology: 1 judged passages are not in the corpus and count as not found",
        "wardround: bm25: 1 of 2 queries found nothing and count as 0",
        "wardround: dense: Biology: 1 judged passages are not in the corpus and count as not found",
        "wardround: dense: 1 of 3 passages are longer than the 256 tokens that the embedder reads: their vectors are "
        "of the beginning",
    ]


def test_a_planner_needs_no_model_and_a_writer_does_before_anything_is_run() -> None:
    planned = experiment('[grid]\nretriever = ["bm25"]\nquery_mode = ["original", "planned"]\n')
    assert planned.exit_code == 0, planned.stderr
    assert figures("bm25-query_mode=planned")["run"]["system"]["retriever"] == "planned-bm25"
    refused = experiment('[grid]\nretriever = ["dense"]\nquery_mode = ["original", "hyde"]\n')
    assert (refused.exit_code, refused.stdout) == (11, "")
    assert refused.stderr == (
        "wardround: dense-query_mode=hyde needs a language model that rewrites: name one under settings, such as "
        '"model.kind" = "server"\n'
    )
    assert not Path("runs/grid/dense-query_mode=original").exists()
