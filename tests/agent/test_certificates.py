"""A certificate is read as it was written, or not at all."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from wardround.agent.certificates import Certificate, read_certificate, write_certificate
from wardround.errors import CalibrationError

PIPELINE = {"embedder": "minilm-1", "corpus": "bioasq-7f", "retriever": "rrf(bm25,dense)"}
FIGURES = {
    "loss": "evidence",
    "k": 7,
    "candidates": (0, 1, 7, 32),
    "alpha": 0.1,
    "delta": 0.05,
    "risk": 0.06,
    "p_value": 0.004,
    "procedure": "holm",
    "method": "exact",
    "questions": 576,
    "task": "BioASQ",
    "fingerprint": PIPELINE,
}
CERTIFICATE = Certificate(**FIGURES)  # type: ignore[arg-type]


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_certificate(tmp_path / "c.json", CERTIFICATE)
    assert read_certificate(tmp_path / "c.json") == CERTIFICATE


def test_the_statement_in_one_line() -> None:
    assert CERTIFICATE.one_line() == (
        "7 of 32 passages; evidence missed in at most 10 % of such questions, 95 % confidence, "
        "calibrated on 576 BioASQ questions"
    )


def test_every_part_in_which_a_pipeline_differs_is_named() -> None:
    assert CERTIFICATE.differences(PIPELINE) == ()
    assert CERTIFICATE.differences(PIPELINE | {"embedder": "other", "model": "seven"}) == ("embedder", "model")
    assert CERTIFICATE.differences({}) == ("corpus", "embedder", "retriever")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sealed: sealed["certificate"].update(alpha=0.2), "was edited after it was written"),
        (lambda sealed: sealed["certificate"].update(version=3), "has version 3, this program reads 2"),
        (lambda sealed: sealed.pop("sha256"), "is no certificate"),
        (lambda sealed: sealed.update(certificate=[]), "was edited"),
    ],
)
def test_an_edited_newer_or_strange_file_gives_no_guarantee(tmp_path: Path, change: object, message: str) -> None:
    path = tmp_path / "c.json"
    write_certificate(path, CERTIFICATE)
    sealed = json.loads(path.read_text())
    change(sealed)  # type: ignore[operator]
    path.write_text(json.dumps(sealed))
    with pytest.raises(CalibrationError, match=message):
        read_certificate(path)


def test_an_absent_or_broken_file_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_certificate(tmp_path / "absent.json")
    (tmp_path / "broken.json").write_text('{"certificate": ')
    with pytest.raises(CalibrationError, match="it is not JSON"):
        read_certificate(tmp_path / "broken.json")


@pytest.mark.parametrize(
    "change", [{"k": 8}, {"risk": 0.2}, {"p_value": 0.06}, {"alpha": float("nan")}, {"fingerprint": {}}, {"more": 1}]
)
def test_figures_that_do_not_support_the_statement_make_no_certificate(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Certificate(**{**FIGURES, **change})  # type: ignore[arg-type]
