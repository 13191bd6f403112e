"""What is read from a model's folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wardround.errors import ConfigError
from wardround.retrievers.embedders.recipe import Recipe, content_mark, read_recipe
from wardround.retrievers.settings import EmbedderSettings

STEPS = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]


def model_folder(folder: Path, **files: Any) -> Path:
    for name, content in files.items():
        path = folder / (name.replace("__", "/") + ".json")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_a_plain_transformers_folder_is_mean_pooled(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, config={"model_type": "bert"})
    assert read_recipe(folder, EmbedderSettings()) == Recipe("mean", "", "", None)


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
        ({"pooling_mode_lasttoken": True, "include_prompt": True}, "last"),
        ({"pooling_mode": "lasttoken"}, "last"),
    ],
)
def test_a_sentence_transformers_folder_says_all(tmp_path: Path, config: dict[str, bool], pooling: str) -> None:
    folder = model_folder(
        tmp_path,
        modules=STEPS,
        **{"1_Pooling__config": config},
        sentence_bert_config={"max_seq_length": 512},
        config_sentence_transformers={"prompts": {"query": "query: ", "document": "passage: "}},
    )
    assert read_recipe(folder, EmbedderSettings()) == Recipe(pooling, "query: ", "passage: ", 512)  # type: ignore[arg-type]  # parametrised


def test_a_default_prompt_serves_both_sides(tmp_path: Path) -> None:
    prompts = {"prompts": {"sts": "Represent: "}, "default_prompt_name": "sts"}
    recipe = read_recipe(model_folder(tmp_path, config_sentence_transformers=prompts), EmbedderSettings())
    assert (recipe.query_prefix, recipe.passage_prefix) == ("Represent: ", "Represent: ")


def test_settings_come_before_the_folder(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, config_sentence_transformers={"prompts": {"query": "query: "}})
    settings = EmbedderSettings(pooling="cls", query_prefix="", passage_prefix="text: ")
    assert read_recipe(folder, settings) == Recipe("cls", "", "text: ", None)


@pytest.mark.parametrize(
    ("config", "steps", "message"),
    [
        ({"pooling_mode_max_tokens": True}, STEPS, "pools in a way that is not supported"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}, STEPS, "pools in a way"),
        ({"pooling_mode_mean_tokens": True, "include_prompt": False}, STEPS, "pools in a way"),
        ({}, [*STEPS, {"path": "3_Dense", "type": "sentence_transformers.models.Dense"}], "has the step Dense"),
    ],
)
def test_what_is_not_supported_is_refused(
    tmp_path: Path, config: dict[str, bool], steps: list[dict[str, str]], message: str
) -> None:
    folder = model_folder(tmp_path, modules=steps, **{"1_Pooling__config": config})
    with pytest.raises(ConfigError, match=message):
        read_recipe(folder, EmbedderSettings())


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"modules\.json is not JSON"):
        read_recipe(tmp_path, EmbedderSettings())


def test_the_mark_changes_with_configuration_and_weights(tmp_path: Path) -> None:
    folder = model_folder(tmp_path, config={"a": 1})
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(bytes(5_000_000))
    marks = [content_mark(folder)]
    weights.write_bytes(bytes(4_999_999) + b"\x01")
    marks.append(content_mark(folder))
    model_folder(tmp_path, config={"a": 2})
    marks.append(content_mark(folder))
    assert len(set(marks)) == 3
    assert content_mark(folder) == marks[-1]
