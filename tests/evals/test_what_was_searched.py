"""A run of searches is one of exactly this corpus and these stages; over others it is another run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.retrievers.test_reranking import saved_model
from wardround.commands.app import app

TEXTS = {"d1": "Noradrenaline raises blood pressure.", "d2": "Colchicine treats a flare of gout."}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("set"), TEXTS)


def write(folder: Path, texts: dict[str, str]) -> None:
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    rows = (json.dumps({"_id": name, "title": "", "text": text}) + "\n" for name, text in texts.items())
    (folder / "corpus.jsonl").write_text("".join(rows))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "gout"}) + "\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td2\t1\n")


def measure(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", "retrieval", "beir", "--data", "set", "--retriever", "bm25", *arguments])


def manifest(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(folder, "manifest.json").read_text())["system"]
    return found


def test_a_corpus_with_other_texts_under_the_same_ids_is_searched_anew() -> None:
    assert "nDCG@10 100.00 " in measure().stdout
    swapped = {"d1": TEXTS["d2"], "d2": TEXTS["d1"]}
    write(Path("set"), swapped)
    assert "nDCG@10 0.00 " in measure().stdout
    write(Path("set"), TEXTS)
    assert "0 items asked now, 1 kept from before" in measure().stdout


def test_runs_over_other_texts_are_neither_continued_nor_compared() -> None:
    measure("--out", "before")
    write(Path("set"), TEXTS | {"d3": "Gout hurts."})
    continued = measure("--out", "before")
    assert continued.stderr.startswith("wardround: before holds another run (")
    assert "system.corpus: '2 passages, " in continued.stderr
    measure("--out", "after")
    compared = CliRunner().invoke(app, ["eval", "compare", "before", "after", "--data", "set"])
    assert compared.exit_code == 11
    assert "before and after cannot be compared: one searched 2 passages, " in compared.stderr


def test_diversity_is_refused_where_there_are_no_vectors_to_compare() -> None:
    refused = measure("--set", "retrieval.stages.diversity=0.5")
    assert refused.stderr == (
        "wardround: retrieval.stages.diversity compares vectors, and bm25 has none: set it to 0 or measure dense or "
        "fused\n"
    )


def test_a_run_of_rewritten_queries_says_how_its_rankings_were_fused() -> None:
    Path("written.jsonl").write_text(json.dumps({"id": "q", "hy_doc": "Colchicine for gout."}) + "\n")
    rewritten = ("--query-mode", "hyde", "--rewrites", "written.jsonl")
    measure("--retriever", "fused", *rewritten, "--set", "retrieval.rewriting.share=0.25", "--out", "scores")
    measure("--retriever", "fused", *rewritten, "--set", "retrieval.fusion.method=rrf", "--out", "ranks")
    assert [manifest(run)["fusion"]["method"] for run in ("scores", "ranks")] == ["convex", "rrf"]
    assert manifest("scores")["rewriting"][1]["share"] == 0.25


def test_another_cross_encoder_in_the_same_folder_makes_another_run(tmp_path: Path) -> None:
    (tmp_path / "reranker").mkdir()
    folder = saved_model(tmp_path / "reranker", 1)
    measure("--set", f"retrieval.stages.reranker={folder}", "--out", "before")
    config = tmp_path / "reranker" / "config.json"
    config.write_text(config.read_text().replace('"layer_norm_eps": 1e-12', '"layer_norm_eps": 1e-06'))
    again = measure("--set", f"retrieval.stages.reranker={folder}", "--out", "before")
    assert "wardround: before holds another run (system.reranker: " in again.stderr
