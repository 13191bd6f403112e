"""R2MED as a whole: failed queries, what a model is told queries are, tasks that are named and that are not there."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.evals.small_r2med import TEXTS, Configure, configured_by, lines
from wardround.agent.models.protocol import Prompt
from wardround.commands.app import app
from wardround.errors import BackendError
from wardround.evals.retrieval.r2med import PUBLISHED, TASKS


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


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Configure:
    return configured_by(monkeypatch)


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


@pytest.mark.parametrize("data", ["all", "all/PMC-Clinical"])
def test_a_task_that_lacks_a_file_is_an_error_and_not_left_out(data: str) -> None:
    Path("all/PMC-Clinical/qrels.jsonl").unlink()
    done = measure(data=data)
    assert (done.exit_code, done.stdout) == (11, "")
    assert done.stderr == (
        "wardround: all/PMC-Clinical lacks qrels.jsonl: a task of R2MED is corpus.jsonl, query.jsonl, qrels.jsonl\n"
    )


def test_a_task_that_is_there_twice_is_an_error() -> None:
    shutil.copytree("all/Biology", "all/biology")
    assert measure().stderr == "wardround: all holds Biology twice: Biology and biology\n"


def test_tasks_that_are_not_there_are_named_as_the_reason_for_no_mean() -> None:
    shutil.rmtree("all/IIYi-Clinical")
    done = measure()
    assert done.stderr.splitlines()[0] == (
        "wardround: 1 of R2MED's 8 tasks are not there, so that there is no mean: IIYi-Clinical"
    )
    assert done.stdout.splitlines()[1].split()[-2:] == ["50.00", "-"]


def publish(path: Path, *systems: tuple[str, int]) -> None:
    """A table in which a system has so many points on Biology, and ten fewer on each further task."""
    rows = [
        {"kind": "retrieval", "generator_llm": "", "retriever": name, "reranker": ""}
        | {task: str(points - 10 * number) for number, task in enumerate(TASKS)}
        | {"mean": str(points - 35)}
        for name, points in systems
    ]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("arguments", [(), ("--published", "elsewhere.csv")])
def test_one_task_stands_beside_its_published_scores(arguments: tuple[str, ...]) -> None:
    publish(Path("all") / PUBLISHED, ("bm25", 75), ("nv", 95))
    if arguments:
        (Path("all") / PUBLISHED).rename("elsewhere.csv")
    done = measure(*arguments, data="all/Bioinformatics")
    assert [line.split() for line in done.stdout.splitlines()[-6:]] == [
        ["nDCG@10", "Bioinformatics", "mean", "of", "8"],
        ["wardround", "bm25", "original", "50.00", "-"],
        ["nv", "85.00", "60.00"],
        ["bm25", "65.00", "40.00"],
        ["recall@100,", "wardround", "bm25", "original", "50.00"],
        ["queries", "2"],
    ]


def test_a_run_file_of_one_task_stands_beside_its_published_scores() -> None:
    publish(Path("all") / PUBLISHED, ("bm25", 75))
    Path("theirs.run").write_text("0 Q0 d1 1 2.0 theirs\n1 Q0 d2 1 2.0 theirs\n")
    given = ["eval", "retrieval", "r2med", "--data", "all/Biology", "--run", "theirs.run"]
    assert CliRunner().invoke(app, given).stdout.splitlines()[-4].split() == ["theirs", "100.00", "-"]


def test_published_scores_stand_in_the_json_of_all_tasks() -> None:
    publish(Path("all") / PUBLISHED, ("bm25", 75))
    (system,) = json.loads(measure("--json").stdout)["published"]
    assert (system["system"], system["nDCG@10"]["Biology"], system["mean"]) == ("bm25", 75, 40)


def test_published_scores_without_a_column_for_what_is_measured_are_refused() -> None:
    publish(Path("published.csv"), ("bm25", 75))
    task_in(Path("our_own"))
    done = measure("--published", "published.csv", data="our_own")
    assert (done.exit_code, done.stdout) == (11, "")
    assert "our_own is named after no task of R2MED, so that published.csv has no column for it" in done.stderr
    assert not Path("runs/r2med").exists()
    for other in (("r2med", "--data", "all/Biology", "--json"), ("beir", "--data", "all/Biology")):
        refused = CliRunner().invoke(app, ["eval", "retrieval", *other, "--published", "published.csv"])
        assert refused.exit_code == 2
        assert "--published stands beside R2MED" in refused.stderr


def test_a_file_of_rewrites_is_of_one_task() -> None:
    lines(Path("written.jsonl"), {"id": "0", "hy_doc": "shock"}, {"id": "1", "hy_doc": "gout"})
    refused = measure("--query-mode", "hyde", "--rewrites", "written.jsonl")
    assert refused.exit_code == 2
    assert "a file of rewrites is of one task" in refused.stderr


def test_queries_that_found_nothing_are_told() -> None:
    lines(Path("all/Biology/query.jsonl"), {"id": "0", "text": "what is the"}, {"id": "1", "text": "colchicine"})
    done = measure(data="all/Biology")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 50.00 ")
    assert done.stderr == "wardround: 1 of 2 queries found nothing and count as 0\n"


def test_what_is_told_of_one_among_all_tasks_names_it() -> None:
    lines(Path("all/MedQA-Diag/query.jsonl"), {"id": "0", "text": "shock"}, {"id": "1", "text": "colchicine"})
    told = measure().stderr.splitlines()
    assert told[0] == "wardround: Biology: 1 of 2 queries found nothing and count as 0"
    assert len(told) == 7
    assert not any("MedQA-Diag" in line for line in told)


def test_a_server_in_the_settings_is_said_to_be_left_aside() -> None:
    done = measure("--set", "retrieval.store.kind=server", "--limit", "1", data="all/Biology")
    assert "retrieval.store.kind=server is left aside: a judged set is searched in a folder of its own" in done.stderr


def two_systems(model: Configure) -> list[str]:
    """Both measured on all tasks: the second finds the query of each task that the first does not."""
    model(knows)
    first, second = (json.loads(measure(*given, "--json").stdout) for given in ((), ("--query-mode", "hyde")))
    assert (first["mean"], second["mean"]) == (50, 100)
    # Within each task, one query of two is found: each draw finds none, one or both.
    assert first["mean_interval"] == [pytest.approx(25, abs=10), pytest.approx(75, abs=10)]
    assert second["mean_interval"] == [100, 100]
    return [first["runs"], second["runs"]]


def test_two_systems_are_compared_over_all_tasks_at_once(model: Configure) -> None:
    first, second = two_systems(model)
    done = CliRunner().invoke(app, ["eval", "compare", first, second, "--out", "out"])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("# R2MED, mean of 8 tasks: bm25-")
    figures = json.loads(Path("out/comparison.json").read_text())
    assert figures["runs"][Path(first).name]["headline"]["estimate"] == 0.5
    assert figures["runs"][Path(first).name]["headline"]["n"] == 16
    (pair,) = figures["pairs"]
    assert (pair["difference"]["estimate"], pair["test"]) == (0.5, "stratified randomisation")
    # One query of each of eight tasks gains: 2 of 256 patterns, and five measures are tested.
    assert (pair["p_value"], pair["p_value_holm"]) == (round(2 / 256, 6), round(10 / 256, 6))
    assert {name: one["p_value_holm"] for name, one in pair["measures"].items()} == dict.fromkeys(
        ("nDCG@10", "R@10", "R@100", "AP", "RR"), round(10 / 256, 6)
    )
    assert "R2MED, mean of 8 tasks" in Path("out/comparison.html").read_text()


def test_the_runs_of_a_system_may_be_moved_with_their_data(model: Configure) -> None:
    first, second = two_systems(model)
    Path("all").rename("elsewhere")
    Path("runs").rename("kept")
    moved = [path.replace("runs/", "kept/", 1) for path in (first, second)]
    assert CliRunner().invoke(app, ["eval", "compare", *moved, "--data", "elsewhere"]).exit_code == 0


def test_systems_that_cannot_be_compared_are_refused_in_one_line(model: Configure) -> None:
    first, second = two_systems(model)
    shutil.rmtree("all/IIYi-Clinical")
    part = json.loads(measure("--json").stdout)["runs"]

    def refused(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["eval", "compare", *arguments])
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (11, "", 1)
        return done.stderr

    assert "cannot be compared: one measured Biology, " in refused(first, part)
    assert "a comparison needs the folders of at least two runs" in refused(first)
    assert "--alpha certifies numbers of passages that answers read" in refused(first, second, "--alpha", "0.1")
    biology = json.loads((Path(second) / "tasks.json").read_text())["Biology"]["folder"]
    assert "tasks.json cannot be read as the runs of R2MED's tasks" in refused(first, str(Path(second) / biology))
    assert "all does not hold IIYi-Clinical: name the folder of all tasks" in refused(first, second, "--data", "all")
    shutil.rmtree(Path(second) / biology)
    assert "is not the folder of a run" in refused(first, second)
