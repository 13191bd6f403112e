"""Searches over judged sets through the runner: release formats, figures as computed by hand, clear complaints."""

from __future__ import annotations

import csv
import json
import shutil
from math import log2
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.evals.small_r2med import TEXTS, lines
from wardround.agent.event_loop import LoopThread
from wardround.agent.models.scripted import ScriptedModel
from wardround.commands.app import app
from wardround.errors import EvaluationError
from wardround.evals.records import Gold, Item, ItemResult
from wardround.evals.retrieval.beir import read_beir
from wardround.evals.retrieval.catalogue import JUDGED_SETS, read_r2med
from wardround.evals.retrieval.model_reranking import ModelScorer
from wardround.evals.retrieval.r2med import PUBLISHED, TASKS
from wardround.evals.scoring.ranking import RankingScorer
from wardround.evals.tasks.judged_retrieval import SETS


@pytest.fixture
def r2med(tmp_path: Path) -> Path:
    folder = tmp_path / "r2med"
    lines(folder / "corpus.jsonl", *({"id": name, "text": text} for name, text in TEXTS.items()))
    lines(folder / "query.jsonl", {"id": "0", "text": "vasopressor in septic shock"}, {"id": "1", "text": "gout flare"})
    lines(folder / "qrels.jsonl", *({"q_id": q, "p_id": p, "score": 1} for q, p in (("0", "d1"), ("1", "d2"))))
    return folder


def test_a_ranking_is_scored_by_hand_computed_figures() -> None:
    item = Item("q", "Q?", Gold(relevance={"a": 2, "b": 1, "c": 0}), "q")
    score = RankingScorer().score(item, ItemResult("q", text="c\na\nx\nb"))
    assert score.value == pytest.approx((2 / log2(3) + 1 / log2(5)) / (2 + 1 / log2(3)))
    assert score.figures == {"R@10": 1.0, "R@100": 1.0, "AP": 0.5, "RR": 0.5}
    assert score.reason == "the first relevant passage has rank 2"
    assert RankingScorer().score(item, ItemResult("q")).reason == "no relevant passage is found"


def test_a_search_that_failed_is_worth_nothing_by_every_measure() -> None:
    item = Item("q", "Q?", Gold(relevance={"a": 2}), "q")
    score = RankingScorer().score(item, ItemResult("q", failure="the model does not answer"))
    assert (score.outcome, score.value, score.reason) == ("failed", 0, "the model does not answer")
    assert score.figures == {"R@10": 0, "R@100": 0, "AP": 0, "RR": 0}


def test_every_judged_set_is_a_task() -> None:
    assert tuple(JUDGED_SETS) == SETS


def test_the_release_formats_are_read(r2med: Path, tmp_path: Path) -> None:
    found = read_r2med(r2med)
    assert (len(found.passages), found.queries["1"], found.judgements["1"]) == (3, "gout flare", {"d2": 1})
    beir = tmp_path / "beir"
    lines(beir / "corpus.jsonl", *({"_id": name, "title": "T", "text": text} for name, text in TEXTS.items()))
    lines(beir / "queries.jsonl", {"_id": "7", "text": "stroke"}, {"_id": "8", "text": "not judged"})
    (beir / "qrels").mkdir()
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n7\td3\t2\n")
    assert read_beir(beir).queries == {"7": "stroke"}
    assert read_beir(beir).judgements == {"7": {"d3": 2}}


def test_a_subset_is_read_with_numbers_for_ids_and_a_passage_of_nothing(r2med: Path) -> None:
    lines(r2med / "corpus.jsonl", {"id": 5, "text": "Gout."}, {"id": 6, "text": ""})
    lines(r2med / "query.jsonl", {"id": 1, "text": "gout flare"})
    lines(r2med / "qrels.jsonl", {"q_id": 1, "p_id": 5, "score": 1}, {"q_id": 1, "p_id": 6, "score": 1})
    found = read_r2med(r2med)
    assert ([one.id for one in found.passages], found.judgements) == (["5", "6"], {"1": {"5": 1, "6": 1}})


def test_a_query_that_comes_twice_is_named(r2med: Path) -> None:
    lines(r2med / "query.jsonl", {"id": "0", "text": "shock"}, {"id": "0", "text": "gout"})
    with pytest.raises(EvaluationError, match=r"query.jsonl:2: field 'id' is '0', as in a row before it"):
        read_r2med(r2med)


def test_a_grade_that_is_no_number_is_named(r2med: Path) -> None:
    lines(r2med / "qrels.jsonl", {"q_id": "0", "p_id": "d1", "score": "1"})
    with pytest.raises(EvaluationError, match=r"qrels.jsonl:1: field 'score' must be a whole number"):
        read_r2med(r2med)


def test_a_search_runs_once_and_is_reported_like_every_run(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["eval", "retrieval", "r2med", "--data", str(r2med), "--out", "run"]
    first = CliRunner().invoke(app, arguments)
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.splitlines()[:2] == ["Retrieval on r2med, search", "nDCG@10 100.00 (34.2–100.0), 2 items"]
    assert "0 items asked now, 2 kept from before" in CliRunner().invoke(app, arguments).stdout
    assert "understood: d2, " in CliRunner().invoke(app, ["eval", "show", "1", "run"]).stdout


def test_what_the_settings_put_before_the_search_is_measured(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", "bm25"]
    lines(tmp_path / "terms.jsonl", {"name": "flare", "synonyms": ["stroke hours within given alteplase"]})
    plain = CliRunner().invoke(app, arguments)
    astray = CliRunner().invoke(app, [*arguments, "--set", "retrieval.stages.synonyms=terms.jsonl"])
    # The abstract of the stroke now comes before that of gout.
    assert plain.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")
    assert astray.stdout.splitlines()[1].startswith(f"nDCG@10 {50 + 50 / log2(3):.2f} ")
    lines(tmp_path / "terms.jsonl", {"name": "flare", "synonyms": ["exacerbation"]})
    mended = CliRunner().invoke(app, [*arguments, "--set", "retrieval.stages.synonyms=terms.jsonl"])
    assert mended.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")
    absent = CliRunner().invoke(app, [*arguments, "--set", "retrieval.stages.synonyms=absent.jsonl"])
    assert "absent.jsonl cannot be read as a terminology" in absent.stderr


def test_a_grid_of_retrievers_is_compared(r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grid.toml").write_text('task = "retrieval_r2med"\n[grid]\nretriever = ["bm25", "fused"]\n')
    done = CliRunner().invoke(app, ["eval", "experiment", "grid.toml", "--data", str(r2med), "--quiet"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "# Retrieval on r2med: bm25, fused"
    page = (tmp_path / "runs" / "grid" / "comparison.html").read_text()
    assert 'aria-label="nDCG@10 against seconds an item"' in page
    (tmp_path / "grid.toml").write_text('task = "retrieval_r2med"\n[grid]\nmode = ["rag"]\n')
    refused = CliRunner().invoke(app, ["eval", "experiment", "grid.toml", "--data", str(r2med)])
    assert refused.stderr == (
        "wardround: grid.toml: grid.retriever is missing; name at least one of fused, bm25, dense, r2med-bm25\n"
    )


def test_r2meds_tasks_run_in_one_command_beside_the_published_table(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for task in TASKS:
        shutil.copytree(r2med, tmp_path / "all" / task.lower().replace("-", "_"))
    scores = {task: str(number) for number, task in enumerate(TASKS)}
    row = {"kind": "retrieval", "generator_llm": "", "retriever": "bm25", "reranker": "", **scores, "mean": "3.5"}
    with (tmp_path / "all" / PUBLISHED).open("w", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    arguments = ["eval", "retrieval", "r2med", "--data", "all", "--retriever", "r2med-bm25"]
    done = CliRunner().invoke(app, arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    head, ours, published, recall, queries, mean, runs = done.stdout.splitlines()
    assert head.split()[:3] == ["nDCG@10", "Biology", "Bioinformatics"]
    assert ours.split() == ["wardround", "r2med-bm25", "original", *["100.00"] * 9]
    assert published.split() == ["bm25", *(f"{number}.00" for number in range(8)), "3.50"]
    assert recall.split()[-8:] == ["100.00"] * 8
    assert queries.split() == ["queries", *["2"] * 8]
    assert mean == ("mean of nDCG@10 100.00 (100.0–100.0): by the bootstrap, queries drawn within each task")
    assert runs.startswith("runs/r2med/r2med-bm25-")
    assert runs.endswith(": the runs of all tasks, for `wardround eval compare`")
    assert json.loads(CliRunner().invoke(app, [*arguments, "--json"]).stdout)["mean"] == 100


def test_passages_written_before_are_searched_for(r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "written.jsonl", {"id": "0", "hy_doc": "alteplase in stroke"}, {"id": "1", "hy_doc": ""})
    arguments = ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", "bm25", "--query-mode", "hyde"]
    done = CliRunner().invoke(app, [*arguments, "--rewrites", "written.jsonl"])
    # The first query is led astray; the second, for which nothing was written, stays as it is.
    assert done.stdout.splitlines()[1].startswith("nDCG@10 50.00 ")
    lines(tmp_path / "written.jsonl", {"id": "0", "hy_doc": "x"})
    done = CliRunner().invoke(app, [*arguments, "--rewrites", "written.jsonl"])
    assert "has no passage for query '1' and lacks 1 in all" in done.stderr


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"id": "1"}, "written.jsonl:2: field 'hy_doc' is missing"),
        ({"id": "1", "hy_doc": None}, "written.jsonl:2: field 'hy_doc' must be a text"),
        ({"id": "1", "hy_doc": ["gout"]}, "written.jsonl:2: field 'hy_doc' must be a text"),
        ({"hy_doc": "gout"}, "written.jsonl:2: field 'id' is missing"),
        (
            {"id": "0", "hy_doc": "gout"},
            "written.jsonl:2: field 'id' is '0', for which a passage stands further up",
        ),
    ],
)
def test_a_row_that_holds_no_passage_is_no_empty_one(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: dict[str, object], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    lines(tmp_path / "written.jsonl", {"id": "0", "hy_doc": "shock"}, row)
    arguments = ["eval", "retrieval", "r2med", "--data", str(r2med), "--query-mode", "hyde"]
    done = CliRunner().invoke(app, [*arguments, "--rewrites", "written.jsonl"])
    assert (done.exit_code, done.stderr) == (11, f"wardround: {complaint}\n")


def test_judged_passages_that_r2med_does_not_hold_count_as_not_found(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines(r2med / "qrels.jsonl", *({"q_id": "0", "p_id": name, "score": 1} for name in ("d1", "lost")))
    done = CliRunner().invoke(app, ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", "r2med-bm25"])
    assert done.stderr == f"wardround: {r2med}: 1 judged passages are not in the corpus and count as not found\n"
    # One of two is found, at the top.
    assert done.stdout.splitlines()[1].startswith(f"nDCG@10 {100 / (1 + 1 / log2(3)):.2f} ")


def test_passages_that_the_embedder_reads_in_part_are_counted(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    texts = TEXTS | {"d3": "Alteplase is given within 4.5 hours of a stroke. " * 40}
    lines(r2med / "corpus.jsonl", *({"id": name, "text": text} for name, text in texts.items()))
    for retriever, told in (("dense", 1), ("bm25", 0)):
        done = CliRunner().invoke(app, ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", retriever])
        assert done.stderr.count("1 of 3 passages are longer than the 256 tokens that the embedder reads") == told


def test_a_model_reranks_by_its_probability_of_yes() -> None:
    loop, model = LoopThread("test"), ScriptedModel([{"yes": 0.2, "no": 0.8}, {"yes": 0.9, "no": 0.1}])
    assert ModelScorer(model, loop)("gout?", ["fever", "gout"]) == pytest.approx([0.2, 0.9])
    loop.close()


def test_the_configured_model_reranks_where_the_settings_say_so(
    r2med: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines(r2med / "query.jsonl", {"id": "0", "text": "treatment: gout or septic shock"})
    lines(r2med / "qrels.jsonl", {"q_id": "0", "p_id": "d2", "score": 1})
    arguments = ["eval", "retrieval", "r2med", "--data", str(r2med), "--retriever", "bm25"]
    plain = CliRunner().invoke(app, arguments)
    assert plain.stdout.splitlines()[1].startswith(f"nDCG@10 {100 / log2(3):.2f} ")
    by_model = [*arguments, "--set", "retrieval.stages.reranker=model"]
    unnamed = CliRunner().invoke(app, by_model)
    assert "retrieval.stages.reranker=model needs a language model: name one with --model" in unnamed.stderr
    doubts_the_first = [{"yes": 0.1, "no": 0.9}, {"yes": 0.8, "no": 0.2}]
    monkeypatch.setattr("wardround.agent.models.choose.choose_model", lambda _: ScriptedModel(list(doubts_the_first)))
    reranked = CliRunner().invoke(app, by_model)
    assert reranked.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("retrieval", "trec"), "there is no judged set 'trec'; the sets are scifact, "),
        (("retrieval", "scifact", "--retriever", "best"), "there is no retriever 'best'; the retrievers are fused, "),
        (("retrieval", "scifact"), "claims.jsonl does not exist: name the folder"),
        (("retrieval", "r2med"), "holds no task of R2MED: a task is a folder such as Biology with corpus.jsonl"),
        (("retrieval", "scifact", "--query-mode", "lame"), "there is no query mode 'lame'; the modes are original, "),
        (("run", "retrieval_scifact"), "measures searches: run it with `wardround eval retrieval scifact`"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, arguments: tuple[str, ...], line: str) -> None:
    done = CliRunner().invoke(app, ["eval", *arguments, "--data", str(tmp_path)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (11, "", 1)
    assert line in done.stderr
