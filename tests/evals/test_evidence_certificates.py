"""The study behind the published certificates, on two small sets; and that the published ones hold for a user."""

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.agent.ward import ward_equipment
from wardround.agent.certificates import read_certificate
from wardround.agent.pipeline import parts_behind
from wardround.commands.app import app
from wardround.config import load_settings
from wardround.corpora.chunking import ChunkSettings
from wardround.corpora.near_duplicates import LINKER
from wardround.corpora.sources.beir import BeirCorpus
from wardround.evals.studies import evidence_certificates
from wardround.evals.studies.evidence_certificates import CORPORA, MANIFEST
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.index.build import Recipe
from wardround.retrievers.index.identity import content_of
from wardround.retrievers.index.manifest import Manifest, read_manifest

PUBLISHED = Path(__file__).parents[2] / "docs" / "results" / "certificates"


@pytest.fixture
def small_sets(tmp_path: Path) -> Path:
    """Thirty claims and thirty questions, each of which one document answers, in the form of the given data."""
    scifact, bioasq = tmp_path / "scifact", tmp_path / "bioasq"
    scifact.mkdir()
    bioasq.mkdir()
    words = [f"gene{number}" for number in range(30)]
    _zipped(
        scifact / "corpus.jsonl.gz",
        [{"id": f"d{w}", "title": f"On {w}", "sentences": [f"The {w} regulates growth."]} for w in words],
    )
    _lines(scifact / "claims.jsonl", [{"id": f"s{w}", "claim": f"{w} regulates growth"} for w in words])
    _judgements(scifact / "qrels.tsv", [(f"s{w}", f"d{w}") for w in words])
    _zipped(bioasq / "passages.jsonl.gz", [{"id": f"p{w}", "text": f"The receptor of {w} is known."} for w in words])
    _lines(bioasq / "questions.jsonl", [{"id": f"b{w}", "question": f"What is the receptor of {w}?"} for w in words])
    _judgements(bioasq / "qrels_passages.tsv", [(f"b{w}", f"p{w}") for w in words])
    return tmp_path


def test_whoever_adds_the_same_files_under_the_defaults_is_answered_with_the_certificate(
    small_sets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_certificates, "ALPHAS", (0.2,))
    out = tmp_path / "certificates"
    evidence_certificates.main(["--data", str(small_sets), "--index", str(tmp_path / "index"), "--out", str(out)])
    told = capsys.readouterr().out
    assert told.count("## ") == 2
    assert "| fixed | 20% | 1 | all | 0.0% | 30 |" in told
    made = read_certificate(out / "bioasq_passages-fixed-20.json")
    assert (made.task, made.k, made.questions) == ("BioASQ", 1, 30)
    assert read_certificate(out / "scifact-fixed-20.json").fingerprint == made.fingerprint

    for name, path in CORPORA.items():
        assert run("corpus", "add", "beir", str(small_sets / path), "--name", name, "--quiet")[0] == 0
    certified = f"agent.certificate={out / 'bioasq_passages-fixed-20.json'}"
    code, answer = run("ask", "--set", certified, "What is the receptor of gene7?")
    assert code == 0, answer
    assert "The receptor of gene7 is known." in answer
    assert made.one_line() in " ".join(answer.split())
    assert "no guarantee" not in answer


def test_every_published_certificate_is_of_the_pipeline_that_the_defaults_make() -> None:
    manifest = published_manifest()
    defaults = ward_equipment().parts
    index = f"{content_of(manifest)} {manifest.embedder}"
    expected = parts_behind("evidence", {**defaults, "index": index})
    paths = [path for path in sorted(PUBLISHED.glob("*.json")) if path.name != MANIFEST]
    assert len(paths) >= 6
    for path in paths:
        assert read_certificate(path).differences(expected) == (), path.name


def test_the_index_they_speak_of_is_made_as_the_defaults_make_one() -> None:
    manifest = published_manifest()
    retrieval = load_settings().retrieval
    embedder = choose_embedder(retrieval.embedder)
    recipe = Recipe(embedder, retrieval.bm25, sentences=retrieval.sentence_vectors)
    assert manifest.embedder == embedder.fingerprint
    assert manifest.chunking == ChunkSettings().fingerprint
    assert manifest.linking == LINKER
    assert manifest.sentences == recipe.sentence_texts
    encoder = Bm25Encoder(retrieval.bm25, manifest.sparse.average_length)
    assert manifest.sparse.fingerprint == encoder.fingerprint


@pytest.mark.shared_data
def test_the_index_they_speak_of_holds_the_given_files_as_they_are_read_today(shared_data: Path) -> None:
    versions = {name: BeirCorpus(shared_data / path, name).describe().version for name, path in CORPORA.items()}
    assert {corpus.name: corpus.version for corpus in published_manifest().corpora} == versions


def published_manifest() -> Manifest:
    return read_manifest((PUBLISHED / MANIFEST).read_bytes(), MANIFEST)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout + result.stderr


def _lines(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("\n".join(map(json.dumps, rows)))


def _zipped(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))


def _judgements(path: Path, pairs: list[tuple[str, str]]) -> None:
    path.write_text(
        "\n".join(["query\tpassage\tscore", *(f"{query}\t{passage}\t1" for query, passage in pairs)]) + "\n"
    )
