"""Our measures of rankings are trec_eval's, to the last bit, on every judged set."""

from __future__ import annotations

import json
from pathlib import Path

import ir_measures
import pytest
from typer.testing import CliRunner

from tests.evals.trec_eval import SETS, bm25_rankings, largest_difference, smaller
from wardround.commands.app import app
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import judged_set, whole_passage


def test_graded_negative_and_missing_judgements_are_taken_alike() -> None:
    judgements = [("q", "a", 2), ("q", "b", 1), ("q", "c", 0), ("q", "d", -1), ("r", "a", 1)]
    passages = [whole_passage(name, "c", "", name) for name in "abcdx"]
    judged = judged_set("small", passages, {"q": "Q", "r": "R"}, judgements)
    for ranking in ("xbdac", "dcx", "ab", ""):
        assert largest_difference(judged, {"q": list(ranking), "r": list(ranking[::-1])}) < 1e-12


@pytest.mark.shared_data
@pytest.mark.parametrize("name", SETS)
def test_a_bm25_run_is_scored_as_trec_eval_scores_it(shared_data: Path, name: str) -> None:
    judged = smaller(load_judged_set(name, shared_data), queries=100, passages=1000)
    assert largest_difference(judged, bm25_rankings(judged)) < 1e-12


def rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def official_ndcg(demo: Path, run: Path) -> float:
    """As R2MED's script has it: trec_eval's nDCG@10 over the judgements, ids as given, mean of the judged queries."""
    judgements: dict[str, dict[str, int]] = {}
    for row in rows(demo / "qrels.jsonl"):
        judgements.setdefault(row["q_id"], {})[row["p_id"]] = int(row["score"])
    ranked: dict[str, dict[str, float]] = {}
    for line in run.read_text(encoding="utf-8").splitlines():
        query, _, passage, _, score, _ = line.split()
        ranked.setdefault(query, {})[passage] = float(score)
    values = {one.query_id: one.value for one in ir_measures.iter_calc([ir_measures.nDCG @ 10], judgements, ranked)}
    return sum(values.values()) / len(judgements)


@pytest.mark.shared_data
def test_r2meds_demo_subset_is_scored_as_its_script_scores_it(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo = shared_data / "r2med" / "biology_demo"
    arguments = ["eval", "retrieval", "r2med", "--data", str(demo), "--json"]
    searched = CliRunner().invoke(app, [*arguments, "--retriever", "r2med-bm25", "--write-run", "searched.run"])
    # The sample has neither of the two passages that are judged, both for one of its two queries: nothing can be found.
    assert searched.stderr == f"wardround: {demo}: 2 judged passages are not in the corpus and count as not found\n"
    found = json.loads(searched.stdout)["measures"]["nDCG@10"]
    assert (found["estimate"], found["n"]) == (official_ndcg(demo, Path("searched.run")), 1) == (0, 1)
    # Another system's run over the whole corpus, in which it found both.
    (first, second), (one, other) = (
        [row[name] for row in rows(demo / file)] for file, name in (("qrels.jsonl", "p_id"), ("corpus.jsonl", "id"))
    )
    ranking = enumerate((one, first, other, second), start=1)
    Path("whole.run").write_text("".join(f"0 Q0 {name} {rank} {5 - rank} whole\n" for rank, name in ranking))
    measured = CliRunner().invoke(app, [*arguments, "--run", "whole.run"])
    estimate = json.loads(measured.stdout)["measures"]["nDCG@10"]["estimate"]
    assert estimate == pytest.approx(official_ndcg(demo, Path("whole.run")), abs=1e-6)
    assert estimate == pytest.approx(0.650921, abs=1e-6)
    written = demo / "hyde_qwen-7b_query_with_hydoc.jsonl"
    rewritten = CliRunner().invoke(app, [*arguments, "--query-mode", "hyde", "--rewrites", str(written)])
    assert json.loads(rewritten.stdout)["outcomes"]["answered"] == 1
