"""A cross-encoder as a reranking stage: a transformers model that reads query and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wardround.errors import ConfigError, PrerequisiteError
from wardround.retrievers.processors import device_named, dtype_named
from wardround.retrievers.settings import CrossEncoderSettings

_SETTING = "retrieval.stages.cross_encoder"


class CrossEncoder:
    """A ``Scorer`` by a sequence classification model with one output, such as those trained on MS MARCO."""

    def __init__(self, model: str, settings: CrossEncoderSettings | None = None) -> None:
        """Loads ``model``, a folder or a hub name.

        Raises:
            PrerequisiteError: torch or transformers is not installed.
            ConfigError: there is no such model, it has not exactly one output, or it cannot run as set.
        """
        try:
            import torch
            from transformers import AutoModelForSequenceClassification, AutoTokenizer
        except ImportError as error:
            raise PrerequisiteError("a cross-encoder needs torch and transformers: run `make setup-local`") from error
        settings = settings or CrossEncoderSettings()
        self._device = device_named(settings.device, f"{_SETTING}.device")
        folder = Path(model).expanduser()
        named = str(folder) if folder.is_dir() else model
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(named, trust_remote_code=False)
            loaded: Any = AutoModelForSequenceClassification.from_pretrained(
                named, use_safetensors=True, trust_remote_code=False, dtype=dtype_named(settings.dtype, self._device)
            )
            self._model: Any = loaded.to(self._device).eval()
        except (OSError, ValueError) as error:
            raise ConfigError(f"no cross-encoder can be loaded from {model!r}: {error}") from error
        if self._model.config.num_labels != 1:
            raise ConfigError(
                f"{model!r} has {self._model.config.num_labels} outputs: a cross-encoder for reranking has one"
            )
        self._torch = torch
        self._batch_size = settings.batch_size
        self._max_tokens = min(settings.max_tokens, *self._limits())

    def __call__(self, query: str, texts: Sequence[str]) -> list[float]:
        """The model's output for each text; where both are longer than ``max_tokens``, the longer is cut."""
        scores: list[float] = []
        for start in range(0, len(texts), self._batch_size):
            batch = list(texts[start : start + self._batch_size])
            encoded = self._tokenizer(
                [query] * len(batch),
                batch,
                truncation="longest_first",
                max_length=self._max_tokens,
                padding=True,
                return_tensors="pt",
            ).to(self._device)
            with self._torch.inference_mode():
                scores += self._model(**encoded).logits[:, 0].float().tolist()
        return scores

    def _limits(self) -> list[int]:
        """What the tokenizer and the model's positions allow, where they state it."""
        positions = getattr(self._model.config, "max_position_embeddings", None)
        return [self._tokenizer.model_max_length, *([positions] if positions else [])]
