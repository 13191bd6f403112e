"""Any encoder of the transformers library as an embedder, by folder or hub name.

Weights are read from safetensors only and a model's own code is never run. The folder's recipe (pooling, prefixes,
maximal length) is followed where it has one; vectors are always L2-normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wardround.errors import ConfigError, PrerequisiteError
from wardround.retrievers.embedders.batching import batches_by_length, padded, truncated
from wardround.retrievers.embedders.recipe import Pooling, content_mark, read_recipe
from wardround.retrievers.processors import device_named, dtype_named
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import EmbedderSettings

if TYPE_CHECKING:
    import torch

_NO_LIMIT = 1_000_000
"""Tokenizers without a limit of their own state one of about 1e30."""
# Larger batches leave a processor's cache: with 16 384 tokens MiniLM takes 14 to 23 % longer than with these.
_MAX_PADDED = {"cpu": 4096, "cuda": 65_536}
_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")


class _Row(NamedTuple):
    """The tokens of a text; their kinds are 0, and 1 in the second text of a pair."""

    ids: Sequence[int]
    kinds: Sequence[int]


class TransformersEmbedder:
    """An ``Embedder`` on CPU or CUDA; needs the extra ``local``."""

    def __init__(self, settings: EmbedderSettings) -> None:
        """Loads the model.

        Raises:
            ConfigError: no model is named, or its folder asks for what is not supported.
            PrerequisiteError: torch or transformers is absent, or the model is neither here nor to be fetched.
        """
        if not settings.model:
            raise ConfigError("retrieval.embedder.model names no model: give a folder or a hub name")
        for package in ("torch", "transformers"):
            if find_spec(package) is None:
                raise PrerequisiteError(
                    f"the embedder {settings.model} needs {package}: pip install 'wardround[local]'"
                )
        import torch
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        folder = _model_folder(settings.model)
        if not any(folder.glob("*.safetensors")):
            raise PrerequisiteError(
                f"{folder} holds no .safetensors file: convert the weights, no other format is read"
            )
        self._recipe = read_recipe(folder, settings)
        self._device = device_named(settings.device, "retrieval.embedder.device")
        # Its bar of loaded weights would tear our own progress display.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library leaves it untyped
        try:
            # Local code files are refused too: trust_remote_code governs both.
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
            self._model: Any = AutoModel.from_pretrained(
                folder, trust_remote_code=False, use_safetensors=True, dtype=dtype_named(settings.dtype, self._device)
            )
        except (OSError, ValueError) as error:
            first_line = str(error).strip().splitlines()[0]
            raise ConfigError(f"{folder} does not load as a transformers encoder: {first_line}") from error
        self._model = self._model.to(self._device).eval()
        if settings.threads and self._device == "cpu":
            torch.set_num_threads(settings.threads)
        self._batch_size = settings.batch_size
        self._pairs = settings.passage_pairs
        self._max_tokens = self._limit()
        self._content = content_mark(folder)

    @property
    def dimension(self) -> int:
        """The width of the model's last layer."""
        width: int = self._model.config.hidden_size
        return width

    @property
    def max_tokens(self) -> int:
        """The smallest of what the folder, the tokenizer and the model's positions allow."""
        return self._max_tokens

    @property
    def fingerprint(self) -> str:
        """Content of the folder, pooling, prefixes and maximal length.

        The precision is left out: it moves vectors less than a search can notice, and an index built in bfloat16 on a
        GPU shall serve a laptop.
        """
        recipe = self._recipe
        return (
            f"transformers(content={self._content},pooling={recipe.pooling},query={recipe.query_prefix!r},"
            f"passage={recipe.passage_prefix!r},{'pairs,' if self._pairs else ''}max_tokens={self._max_tokens})"
        )

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), dimension); as pairs, their first line and the rest."""
        prefixed = [self._recipe.passage_prefix + text for text in texts]
        if not self._pairs:
            return self._embed_all(self._rows(prefixed))
        parts = [text.partition("\n") for text in prefixed]
        return self._embed_all(self._rows([first for first, _, _ in parts], [rest for _, _, rest in parts]))

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), dimension)."""
        return self._embed_all(self._rows([self._recipe.query_prefix + text for text in texts]))

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text``, special tokens included, before prefix and truncation."""
        return self.token_counter()(text)

    def token_counter(self) -> TokenizerCounter:
        """``count_tokens`` without the weights, for other processes."""
        return TokenizerCounter(self._tokenizer)

    def _rows(self, texts: Sequence[str], seconds: Sequence[str] | None = None) -> list[_Row]:
        if not texts:
            return []
        # verbose=False: a long text is expected here and truncated below.
        tokens = self._tokenizer(list(texts), None if seconds is None else list(seconds), verbose=False)
        kinds = tokens.get("token_type_ids") or [[0] * len(ids) for ids in tokens["input_ids"]]
        # A tokenizer without special tokens gives an empty text no token; the padding token then stands for it.
        return [
            _Row(truncated(ids or [self._padding], self._max_tokens), truncated(kind or [0], self._max_tokens))
            for ids, kind in zip(tokens["input_ids"], kinds, strict=True)
        ]

    def _embed_all(self, rows: Sequence[_Row]) -> Matrix:
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        lengths = [len(row.ids) for row in rows]
        for batch in batches_by_length(lengths, self._batch_size, _MAX_PADDED[self._device]):
            vectors[batch] = self._embed([rows[position] for position in batch])
        return vectors

    def _embed(self, rows: Sequence[_Row]) -> Matrix:
        import torch

        ids, mask = padded([row.ids for row in rows], self._padding)
        feed = {"input_ids": ids, "attention_mask": mask}
        if "token_type_ids" in self._tokenizer.model_input_names:
            feed["token_type_ids"] = padded([row.kinds for row in rows], 0)[0]
        placed = {name: torch.from_numpy(part).to(self._device) for name, part in feed.items()}
        with torch.inference_mode():
            states = self._model(**placed).last_hidden_state
            pooled = pool(states.float(), placed["attention_mask"], self._recipe.pooling)
            vectors: Matrix = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return vectors

    @property
    def _padding(self) -> int:
        return self._tokenizer.pad_token_id or 0

    def _limit(self) -> int:
        stated = self._tokenizer.model_max_length
        limits = [
            self._recipe.max_tokens,
            stated if stated < _NO_LIMIT else None,
            getattr(self._model.config, "max_position_embeddings", None),
        ]
        return min((limit for limit in limits if limit), default=512)


@dataclass(frozen=True, slots=True)
class TokenizerCounter:
    """Counts the tokens of texts; it can be sent to another process."""

    tokenizer: Any

    def __call__(self, text: str) -> int:
        """Tokens of ``text``, special tokens included, before prefix and truncation."""
        return len(self.tokenizer([text], verbose=False)["input_ids"][0])


def pool(states: torch.Tensor, mask: torch.Tensor, pooling: Pooling) -> torch.Tensor:
    """One vector a text from ``states`` of shape (texts, tokens, width); padding stands on the right."""
    if pooling == "cls":
        return states[:, 0]
    if pooling == "last":
        import torch

        return states[torch.arange(len(states), device=states.device), mask.sum(dim=1) - 1]
    weights = mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / weights.sum(dim=1)


def _model_folder(model: str) -> Path:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        return Path(snapshot_download(model, allow_patterns=list(_FILES)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise PrerequisiteError(
            f"the embedding model {model} is no folder here and could not be fetched from the hub "
            f"({type(error).__name__}): download it and set retrieval.embedder.model to its folder"
        ) from error
