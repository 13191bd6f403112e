"""How a model's folder says that its vectors are made: pooling, prefixes, maximal length.

The files are those of sentence-transformers: ``modules.json`` names the steps, the pooling step's ``config.json`` the
pooling, ``sentence_bert_config.json`` the length and ``config_sentence_transformers.json`` the prompts. A plain
transformers folder has none of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from wardround.errors import ConfigError
from wardround.retrievers.settings import EmbedderSettings

Pooling = Literal["mean", "cls", "last"]

_POOLING_KEYS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last",
}
_POOLING_NAMES: dict[str, Pooling] = {"mean": "mean", "cls": "cls", "lasttoken": "last"}
_KNOWN_STEPS = ("Transformer", "Pooling", "Normalize")
_BLOCK = 1 << 20
_SAMPLED_BLOCKS = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """From the last layer to a vector.

    Attributes:
        pooling: mean over the tokens, the first token, or the last one.
        query_prefix: stands before every query, such as "query: ".
        passage_prefix: stands before every passage.
        max_tokens: the folder's own limit, or None where it states none.
    """

    pooling: Pooling
    query_prefix: str
    passage_prefix: str
    max_tokens: int | None


def read_recipe(folder: Path, settings: EmbedderSettings) -> Recipe:
    """The recipe of a model folder, with what the settings say in its place.

    Raises:
        ConfigError: the folder asks for a step or a pooling that is not supported, or a file is not JSON.
    """
    prompts = _json(folder / "config_sentence_transformers.json", {})
    named: dict[str, str] = prompts.get("prompts") or {}
    default = named.get(prompts.get("default_prompt_name") or "", "")
    limit = _json(folder / "sentence_bert_config.json", {}).get("max_seq_length")
    query_prefix = named.get("query", default)
    passage_prefix = named.get("document") or named.get("passage") or default
    return Recipe(
        pooling=_pooling(folder) if settings.pooling == "auto" else settings.pooling,
        query_prefix=query_prefix if settings.query_prefix is None else settings.query_prefix,
        passage_prefix=passage_prefix if settings.passage_prefix is None else settings.passage_prefix,
        max_tokens=limit,
    )


def content_mark(folder: Path) -> str:
    """A short digest of a model folder that changes when its configuration, tokenizer or weights do.

    Small files are read whole. Of each weight file the length and 16 evenly spaced MiB count, because reading
    a 14 GB model only to name it would take longer than loading it; training changes weights everywhere.
    """
    digest = sha256()
    for path in sorted(folder.rglob("*.json")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for path in sorted(folder.glob("*.safetensors")):
        size = path.stat().st_size
        digest.update(f"{path.name}:{size}".encode())
        with path.open("rb") as weights:
            for block in range(_SAMPLED_BLOCKS):
                weights.seek(max(0, size - _BLOCK) * block // (_SAMPLED_BLOCKS - 1))
                digest.update(weights.read(_BLOCK))
    return digest.hexdigest()[:16]


def _pooling(folder: Path) -> Pooling:
    modules = _json(folder / "modules.json", [])
    steps = {module["type"].rpartition(".")[2]: module["path"] for module in modules}
    unknown = sorted(set(steps) - set(_KNOWN_STEPS))
    if unknown:
        raise ConfigError(f"{folder / 'modules.json'} has the step {unknown[0]}: known are {', '.join(_KNOWN_STEPS)}")
    if "Pooling" not in steps:
        return "mean"
    path = folder / steps["Pooling"] / "config.json"
    config = _json(path, {})
    if "pooling_mode" in config:
        chosen = [config["pooling_mode"]] if isinstance(config["pooling_mode"], str) else config["pooling_mode"]
        known = [_POOLING_NAMES[name] for name in chosen if name in _POOLING_NAMES]
    else:
        chosen = [key for key, value in config.items() if key.startswith("pooling_mode_") and value]
        known = [_POOLING_KEYS[key] for key in chosen if key in _POOLING_KEYS]
    if len(chosen) != 1 or len(known) != 1 or not config.get("include_prompt", True):
        raise ConfigError(f"{path} pools in a way that is not supported: one of mean, cls and last token is")
    return known[0]


def _json(path: Path, absent: Any) -> Any:
    if not path.is_file():
        return absent
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path} is not JSON ({error}): fetch the model again") from error
