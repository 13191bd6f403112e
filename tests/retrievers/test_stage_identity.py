"""Stages are the same where they would order the same: by what their files hold, wherever these lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.retrievers.test_reranking import saved_model
from wardround.errors import InputError
from wardround.retrievers.settings import CrossEncoderSettings, StageSettings
from wardround.retrievers.stage_identity import identity_of_stages


def terms(folder: Path, synonym: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "terms.jsonl"
    path.write_text(f'{{"name": "gout", "synonyms": ["{synonym}"]}}\n', encoding="utf-8")
    return path


def test_no_stage_is_nothing() -> None:
    assert identity_of_stages(StageSettings()) == {}


def test_a_terminology_counts_by_what_it_holds(tmp_path: Path) -> None:
    settings = StageSettings(synonyms=(terms(tmp_path / "here", "podagra"),))
    first = identity_of_stages(settings)
    assert first == identity_of_stages(StageSettings(synonyms=(terms(tmp_path / "there", "podagra"),)))
    terms(tmp_path / "here", "urate arthritis")
    rewritten = identity_of_stages(settings)
    assert {name for name in first if first[name] != rewritten[name]} == {"terminology"}


def test_a_terminology_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.jsonl cannot be read as a terminology: No such file"):
        identity_of_stages(StageSettings(synonyms=(tmp_path / "absent.jsonl",)))


def test_a_cross_encoder_counts_by_its_weights(tmp_path: Path) -> None:
    settings = StageSettings(reranker=saved_model(tmp_path, 1))
    first = identity_of_stages(settings)
    config = tmp_path / "config.json"
    config.write_text(config.read_text().replace('"layer_norm_eps": 1e-12', '"layer_norm_eps": 1e-06'))
    second = identity_of_stages(settings)
    assert {name for name in first if first[name] != second[name]} == {"reranker"}


def test_what_makes_a_cross_encoder_faster_alone_does_not_count() -> None:
    faster = CrossEncoderSettings(device="cpu", batch_size=64)
    assert identity_of_stages(StageSettings(cross_encoder=faster)) == {}
    shorter = CrossEncoderSettings(max_tokens=128)
    stages = identity_of_stages(StageSettings(reranker="some/model", cross_encoder=shorter))["stages"]
    assert stages["cross_encoder"] == {"dtype": "auto", "max_tokens": 128}


def test_every_other_setting_of_a_stage_counts() -> None:
    assert identity_of_stages(StageSettings(diversity=0.5)) != identity_of_stages(StageSettings(diversity=0.6))
    assert identity_of_stages(StageSettings(per_document=1))["terminology"] == []
