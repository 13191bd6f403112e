"""Corpora of one's own on the command line: added, updated, listed, verified, exported and removed."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wardround.commands.app import app
from wardround.config import load_settings
from wardround.corpora.kinds import KINDS, new_entry
from wardround.errors import ConfigError, InputError, StoreError
from wardround.index_building import ensure_index
from wardround.retrievers.index.open import index_target


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["corpus", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "My notes"
    folder.mkdir()
    (folder / "gout.md").write_text("# Gout\n\nStart allopurinol low and go slow.\n")
    (folder / "scan.exe").write_bytes(b"MZ")
    return folder


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    rows = [{"_id": "1", "title": "Trial", "text": "Colchicine reduced flares."}, {"_id": "2", "text": ""}]
    path = tmp_path / "trials.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\nnot JSON\n")
    return path


def index_folder() -> Path:
    return load_settings().retrieval.store.folder


def test_a_folder_becomes_a_corpus_and_what_cannot_be_read_is_put_aside(notes: Path) -> None:
    code, output, _ = run("add", "folder", str(notes), "--quiet")
    quarantine = index_folder() / "quarantine" / "my-notes.jsonl"
    assert (code, output) == (0, f"my-notes: 1 documents, 1 passages; 1 records put aside, see {quarantine}\n")
    aside = json.loads(quarantine.read_text())
    assert (aside["source"], aside["place"]) == (str(notes), "scan.exe")
    assert aside["reason"].startswith("not a kind of file that is read")
    assert f"1 records put aside, see {quarantine}\n" in run("stats")[1]


def test_a_second_corpus_joins_the_first_and_both_are_listed_with_their_bad_lines(notes: Path, trials: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    code, output, _ = run("add", "beir", str(trials), "--licence", "CC0", "--quiet")
    quarantine = index_folder() / "quarantine" / "trials.jsonl"
    assert (code, output.splitlines()) == (
        0,
        [
            "notes: 1 documents, 1 passages",
            f"trials: 1 documents, 1 passages; 2 records put aside, see {quarantine}",
        ],
    )
    places = [json.loads(line)["place"] for line in quarantine.read_text().splitlines()]
    assert places == ["id '2'", "line 3"]
    listed = {one["name"]: one["passages"] for one in json.loads(run("list", "--json")[1])}
    assert listed == {"guidelines": 0, "notes": 1, "trials": 1}
    assert run("verify") == (0, "sound: 2 passages of notes, trials\n", "")


def test_an_update_reads_what_has_changed_and_says_when_nothing_has(notes: Path, trials: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    run("add", "beir", str(trials), "--quiet")
    assert run("update")[2] == "nothing has changed\n"
    (notes / "scan.exe").unlink()
    (notes / "sepsis.txt").write_text("Give antibiotics within one hour.")
    assert run("update", "--quiet")[1].splitlines()[1:] == ["notes: 2 documents, 2 passages"]
    assert not (index_folder() / "quarantine" / "notes.jsonl").exists()
    assert (index_folder() / "quarantine" / "trials.jsonl").is_file()


def test_a_build_without_names_builds_all_that_were_added(notes: Path, trials: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    run("add", "beir", str(trials), "--quiet")
    assert run("build", "trials", "--quiet")[1].startswith("trials: ")
    assert "notes  folder from" in run("list")[1]
    assert [line.partition(":")[0] for line in run("build", "--quiet")[1].splitlines()] == ["notes", "trials"]


def test_a_removed_corpus_is_forgotten_and_the_last_one_stays(notes: Path, trials: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    run("add", "beir", str(trials), "--quiet")
    assert run("remove", "trials", "--quiet") == (0, "removed trials; in the index: notes\n", "")
    assert "trials" not in run("list")[1]
    assert not (index_folder() / "quarantine" / "trials.jsonl").exists()
    code, _, errors = run("remove", "notes", "--quiet")
    assert (code, "would leave the index empty" in errors) == (6, True)
    assert run("remove", "nonsense")[0] == 6


def test_passages_are_exported_in_medrags_form_and_come_back(notes: Path, tmp_path: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    output = tmp_path / "chunks.jsonl"
    assert run("export", str(output)) == (0, f"1 passages in {output}\n", "")
    assert json.loads(output.read_text())["content"] == "Start allopurinol low and go slow."
    assert run("add", "medrag", str(output), "--quiet")[1].splitlines()[1] == "chunks: 1 documents, 1 passages"
    code, _, errors = run("export", str(output), "other")
    assert (code, "'other' is not in the index" in errors) == (4, True)


def test_a_corpus_that_cannot_be_read_is_not_remembered(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    code, _, errors = run("add", "folder", str(empty), "--quiet")
    assert (code, "is empty" in errors) == (6, True)
    assert "empty" not in run("list")[1]


@pytest.mark.parametrize(
    ("kind", "paths", "name", "extras", "message"),
    [
        ("wiki", [], None, (), "no kind of corpus 'wiki'"),
        ("folder", [], None, (), "is read from one path, not 0"),
        ("pubmed", ["/nowhere.xml"], None, (), "no such file or folder"),
        ("pubmed", ["."], "mine", (), "always called 'pubmed'"),
        ("beir", ["."], "a b", (), "no name for a corpus"),
        ("beir", ["."], None, ("titles",), "has no titles to include"),
    ],
)
def test_what_does_not_suit_a_kind_is_refused(
    kind: str, paths: list[str], name: str | None, extras: tuple[str, ...], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        new_entry(kind, [Path(path) for path in paths], name=name, licence=None, extras=frozenset(extras))


def test_every_kind_is_listed_with_what_it_is_read_from() -> None:
    assert [line.split()[0] for line in run("kinds")[1].splitlines()] == list(KINDS)


def test_a_damaged_index_is_built_again_with_all_its_corpora(notes: Path, trials: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    run("add", "beir", str(trials), "--quiet")
    (next((index_folder() / "generations").iterdir()) / "manifest.json").write_text("{}")
    said = io.StringIO()
    ensure_index(load_settings(), said)
    assert said.getvalue().startswith("Building the index again, with the embeddings that are kept, because ")
    assert run("verify")[1] == "sound: 2 passages of notes, trials\n"


def test_an_index_of_other_bm25_settings_is_built_again(notes: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    ensure_index(load_settings(overrides={"retrieval.bm25.k1": 1.2}), io.StringIO())
    manifest = index_target(load_settings().retrieval.store).manifest()
    assert manifest is not None
    assert (manifest.sparse.k1, [corpus.name for corpus in manifest.corpora]) == (1.2, ["notes"])


def test_words_that_answers_cannot_read_take_no_index_away(notes: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    before = sorted((index_folder() / "generations").iterdir())
    with pytest.raises(ConfigError, match=r"not by english-biomedical-2\(stemmer=porter\): set "):
        ensure_index(load_settings(overrides={"retrieval.bm25.analysis.stemmer": "porter"}), io.StringIO())
    assert sorted((index_folder() / "generations").iterdir()) == before


def test_an_index_of_a_newer_version_is_left_alone(notes: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    path = next((index_folder() / "generations").iterdir()) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(StoreError, match="newer Wardround"):
        ensure_index(load_settings(), io.StringIO())
    assert json.loads(path.read_text())["schema_version"] == 99


def test_an_unusable_index_with_a_corpus_that_nobody_knows_stays_and_the_reason_is_said(notes: Path) -> None:
    run("add", "folder", str(notes), "--name", "notes", "--quiet")
    (index_folder() / "corpora.json").unlink()
    with pytest.raises(StoreError, match="the index was made with"):
        ensure_index(load_settings(overrides={"retrieval.bm25.k1": 1.2}), io.StringIO())


def test_a_plan_is_made_from_the_index_in_use(notes: Path) -> None:
    assert run("plan", "--passages", "24e6")[0] == 5
    run("add", "folder", str(notes), "--quiet")
    code, output, _ = run("plan", "--passages", "24e6", "--embedder", "minilm", "--quantization", "int8", "--json")
    found = json.loads(output)
    assert code == 0
    assert found["plan"]["passages"] == 24_000_000
    assert found["measured"]["dimension"] == 384
    assert "quantization=int8" in run("plan", "--passages", "1e6", "--quantization", "int8")[1]
    assert run("plan", "--passages", "1e6", "--quantization", "int2")[0] == 4
