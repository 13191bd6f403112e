"""Folders in BEIR's format as they are found: packed, with titles alone, without a test split, and damaged."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from wardround.commands.app import app
from wardround.evals.retrieval.beir import read_beir

DOCUMENTS = (
    {"_id": "d1", "title": "Noradrenaline in septic shock", "text": ""},
    {"_id": "d2", "title": "", "text": "Colchicine in gout."},
    {"_id": "d3", "text": "Alteplase in stroke."},
)
QUERIES = ({"_id": "shock", "text": "shock"}, {"_id": "gout", "text": "gout"})


def packed(*rows: dict[str, object]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The set in ``set`` below the working directory."""
    monkeypatch.chdir(tmp_path)
    found = Path("set")
    (found / "qrels").mkdir(parents=True)
    (found / "corpus.jsonl").write_text(packed(*DOCUMENTS))
    (found / "queries.jsonl").write_text(packed(*QUERIES))
    (found / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nshock\td1\t1\ngout\td2\t1\n")
    return found


def measure(data: str = "set", *arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", "retrieval", "beir", "--data", data, "--retriever", "bm25", *arguments])


@pytest.mark.parametrize("retriever", ["bm25", "fused"])
def test_a_document_may_have_a_title_alone(retriever: str) -> None:
    done = measure("set", "--retriever", retriever)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("nDCG@10 100.00 ")


def test_a_document_of_nothing_is_never_found_and_stops_nothing(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text(packed(*DOCUMENTS, {"_id": "d4", "title": None, "text": ""}))
    for retriever in ("bm25", "fused"):
        assert measure("set", "--retriever", retriever).stdout.splitlines()[1].startswith("nDCG@10 100.00 ")


def test_corpus_and_queries_may_be_packed(folder: Path) -> None:
    for name in ("corpus.jsonl", "queries.jsonl"):
        with gzip.open(folder / f"{name}.gz", "wb") as file:
            file.write((folder / name).read_bytes())
        (folder / name).unlink()
    found = read_beir(folder)
    assert ([one.id for one in found.passages], dict(found.queries)) == (
        ["d1", "d2", "d3"], {"shock": "shock", "gout": "gout"},
    )  # fmt: skip


def test_a_packed_file_that_is_damaged_is_named(folder: Path) -> None:
    content = bytearray(gzip.compress((folder / "corpus.jsonl").read_bytes()))
    content[12:30] = b"\xff" * 18
    (folder / "corpus.jsonl.gz").write_bytes(content)
    (folder / "corpus.jsonl").unlink()
    refused = measure()
    assert refused.exit_code == 11
    assert refused.stderr.startswith("wardround: set/corpus.jsonl.gz is damaged: ")


def test_ids_may_be_numbers(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text(packed({"_id": 7, "title": "", "text": "Gout."}))
    (folder / "queries.jsonl").write_text(packed({"_id": 1, "text": "gout"}))
    (folder / "qrels" / "test.tsv").write_text("1\t7\t1\n")
    assert read_beir(folder).judgements == {"1": {"7": 1}}


def test_another_split_is_named_and_never_guessed(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    (folder / "qrels" / "train.tsv").write_text("gout\td2\t1\n")
    refused = measure()
    assert (refused.exit_code, refused.stdout) == (11, "")
    assert refused.stderr == (
        "wardround: set/qrels/test.tsv does not exist, and dev.tsv, train.tsv beside it may be meant: name the file, "
        "such as --data set/qrels/dev.tsv\n"
    )
    assert "2 items" in measure("set/qrels/dev.tsv", "--out", "dev").stdout
    assert "1 items" in measure("set/qrels/train.tsv", "--out", "train").stdout
    # The run knows where its judgements lie.
    shown = CliRunner().invoke(app, ["eval", "show", "gout", "train"])
    assert "understood: d2" in shown.stdout


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("corpus.jsonl", {"_id": "d1", "title": 7, "text": "x"}, "corpus.jsonl:1: field 'title' must be a text"),
        ("corpus.jsonl", {"_id": "d1", "title": "x"}, "corpus.jsonl:1: field 'text' is missing"),
        (
            "queries.jsonl",
            {"_id": "gout", "text": ""},
            "queries.jsonl:1: field 'text' must be a text that is not empty",
        ),
    ],
)
def test_a_damaged_row_is_named(folder: Path, file: str, content: dict[str, object], line: str) -> None:
    (folder / file).write_text(packed(content))
    refused = measure()
    assert (refused.exit_code, refused.stderr) == (11, f"wardround: set/{line}\n")


def test_a_query_that_comes_twice_is_named(folder: Path) -> None:
    (folder / "queries.jsonl").write_text(packed(*QUERIES, {"_id": "gout", "text": "a sore toe"}))
    assert measure().stderr == "wardround: set/queries.jsonl:3: field '_id' is 'gout', as in a row before it\n"


def test_judgements_in_another_encoding_are_damaged_and_no_defect(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_bytes("shock\td\xe41\t1\n".encode("latin-1"))
    refused = measure()
    assert refused.exit_code == 11
    assert refused.stderr.startswith("wardround: set/qrels/test.tsv is damaged: ")
