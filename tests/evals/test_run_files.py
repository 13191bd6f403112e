"""TREC run files through the command line: measured like a search, compared with one, and written."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from wardround.commands.app import app

TEXTS = {"d1": "Noradrenaline in septic shock.", "d2": "Colchicine in gout.", "d3": "Alteplase in stroke."}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("set")
    (folder / "qrels").mkdir(parents=True)
    lines(folder / "corpus.jsonl", *({"_id": name, "title": "", "text": text} for name, text in TEXTS.items()))
    lines(folder / "queries.jsonl", {"_id": "shock", "text": "shock"}, {"_id": "gout", "text": "gout"})
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nshock\td1\t1\ngout\td2\t1\n")


def lines(path: Path, *rows: dict[str, object]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def measure(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", "retrieval", "beir", "--data", "set", *arguments])


def test_another_systems_run_is_measured_and_compared_with_a_search() -> None:
    Path("theirs.run").write_text("shock Q0 d1 1 9.5 theirs\ngout Q0 d3 1 3.0 theirs\ngout Q0 d2 2 2.5 theirs\n")
    done = measure("--run", "theirs.run", "--out", "theirs")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith(f"nDCG@10 {50 + 50 / log2(3):.2f} ")
    assert measure("--retriever", "bm25", "--out", "ours").exit_code == 0
    compared = CliRunner().invoke(app, ["eval", "compare", "theirs", "ours", "--data", "set"])
    assert compared.exit_code == 0, compared.stderr
    assert f"{50 - 50 / log2(3):.2f}" in compared.stdout


def test_every_measure_is_tested_and_all_tests_are_corrected_together() -> None:
    names = [f"q{number}" for number in range(6)]
    lines(Path("set/queries.jsonl"), *({"_id": name, "text": name} for name in names))
    judgements = "".join(f"{name}\td1\t1\n" for name in names)
    Path("set/qrels/test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judgements}")
    for run, ranking in {"first": ("d1", "d2"), "second": ("d2", "d1")}.items():
        hits = (f"{name} Q0 {passage} {rank} {-rank} {run}\n" for name in names for rank, passage in enumerate(ranking))
        Path(f"{run}.run").write_text("".join(hits))
        assert measure("--run", f"{run}.run", "--out", run).exit_code == 0
    compared = CliRunner().invoke(app, ["eval", "compare", "second", "first", "--out", "out"])
    # All six queries gain by three measures: 2 of 64 patterns, times five tests; recall stays as it is.
    rows = compared.stdout.split("## By every measure\n")[1].splitlines()
    assert rows[1] == "Every p-value of this comparison is corrected by Holm over these 5 tests together."
    assert [row.split("|")[1:5] for row in rows[5:]] == [
        [" first ", " nDCG@10 ", f" +{100 - 100 / log2(3):.2f} (+36.9 to +36.9) ", " 0.1562 "],
        [" first ", " R@10 ", " +0.00 (+0.0 to +0.0) ", " 1.0000 "],
        [" first ", " R@100 ", " +0.00 (+0.0 to +0.0) ", " 1.0000 "],
        [" first ", " AP ", " +50.00 (+50.0 to +50.0) ", " 0.1562 "],
        [" first ", " RR ", " +50.00 (+50.0 to +50.0) ", " 0.1562 "],
    ]
    (pair,) = json.loads(Path("out/comparison.json").read_text())["pairs"]
    assert (pair["p_value"], pair["p_value_holm"]) == (2 / 64, 10 / 64)
    assert pair["measures"]["AP"]["p_value_holm"] == 10 / 64
    assert "By every measure" in Path("out/comparison.html").read_text()


def test_what_a_search_found_goes_out_and_is_measured_the_same() -> None:
    found = measure("--retriever", "bm25", "--out", "ours", "--write-run", "ours.run")
    assert Path("ours.run").read_text() == "gout Q0 d2 1 1.0 bm25\nshock Q0 d1 1 1.0 bm25\n"
    again = measure("--run", "ours.run", "--out", "again")
    assert again.stdout.splitlines()[1] == found.stdout.splitlines()[1]


def test_what_of_a_run_does_not_count_is_told() -> None:
    Path("theirs.run").write_text("shock Q0 d9 1 2.0 t\nshock Q0 d1 2 1.0 t\nfever Q0 d1 1 1.0 t\n")
    done = measure("--run", "theirs.run")
    assert done.stderr.splitlines() == [
        "wardround: theirs.run: 1 judged queries are not in it and count as nothing found",
        "wardround: theirs.run: 1 of its queries have no relevant passage in beir and are not counted",
        "wardround: theirs.run: 1 of its passages are not in the corpus and count as not relevant",
    ]
    assert done.stdout.splitlines()[1].startswith(f"nDCG@10 {50 / log2(3):.2f} ")


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ("1 Q0 d1 1 2.0 t\n", "no query of it is in beir, where they are called like 'gout': give the run of this set"),
        (
            "gout Q0 p1 1 2.0 t\n",
            "no passage of it is in beir, where they are called like 'd1': give the run of this set",
        ),
        ("gout Q0 d1 1 nan t\n", "theirs.run:1: rank 1 and score nan: a rank is 0 or more, a score a finite number"),
        ("gout Q0 d1 -1 2.0 t\n", "theirs.run:1: rank -1 and score 2.0: a rank is 0 or more"),
        ("gout Q0 d1 1 2.0 t\ngout Q0 d2 1 1.0 t\n", "theirs.run:2: rank 1 or passage 'd2' comes twice"),
        ("gout d1 1 2.0 t\n", "theirs.run:1: expected 'query Q0 passage rank score name'"),
        ("", "theirs.run holds 0 runs"),
    ],
)
def test_a_run_that_is_none_is_refused_in_one_line(run: str, message: str) -> None:
    Path("theirs.run").write_text(run)
    refused = measure("--run", "theirs.run")
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (11, "", 1)
    assert message in refused.stderr


def test_a_folder_is_no_run() -> None:
    assert "set cannot be read as a TREC run" in measure("--run", "set").stderr


@pytest.mark.parametrize(
    "other",
    [
        ("--retriever", "bm25"),
        ("--retriever", "fused"),
        ("--query-mode", "hyde"),
        ("--depth", "20"),
        ("--set", "retrieval.bm25.k1=2"),
        ("--model", "none"),
        ("--retry-failed",),
    ],
)
def test_a_run_leaves_nothing_to_search_with(other: tuple[str, ...]) -> None:
    Path("theirs.run").write_text("gout Q0 d2 1 2.0 t\n")
    refused = measure("--run", "theirs.run", *other)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"--run measures what was found before: leave out {other[0]}" in said(refused)


def test_every_option_that_a_run_leaves_nothing_to_is_named() -> None:
    Path("theirs.run").write_text("gout Q0 d2 1 2.0 t\n")
    refused = measure("--run", "theirs.run", "--depth", "20", "--set", "retrieval.bm25.k1=2")
    assert "leave out --depth, --set" in said(refused)


def said(refused: Result) -> str:
    """What stands in the parser's frame, as one line."""
    return " ".join(refused.stderr.replace("│", " ").split())
