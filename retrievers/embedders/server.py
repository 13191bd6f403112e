"""Vectors from a server that speaks OpenAI's embeddings interface, such as vLLM or text-embeddings-inference.

A server does not tell how it counts tokens. Texts are therefore cut by a count of our own, pieces of at most six
characters, which lies within a factor of two of the usual word pieces: with the default limit of 256 a text stays under
the 512 that most encoders read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wardround.errors import BackendError, ConfigError, TransientBackendError
from wardround.retrievers.hosts import is_this_machine, require_allowed, without_credentials
from wardround.retrievers.protocols import Matrix
from wardround.retrievers.settings import EmbedderSettings

if TYPE_CHECKING:
    import openai

_PIECE = re.compile(r"\w{1,6}|[^\w\s]")
_SPECIAL = 2
_RETRIES = 3


class ServerEmbedder:
    """An ``Embedder`` behind an address; what it embeds is sent there."""

    def __init__(self, settings: EmbedderSettings) -> None:
        """Connects, and asks for one vector to learn the dimension.

        Raises:
            ConfigError: no model is named, the host is not allowed, or the server refuses the key.
            BackendError: nothing answers there, or not with vectors.
        """
        if not settings.model:
            raise ConfigError("retrieval.embedder.model names no model: give the name under which the server offers it")
        require_allowed(settings.url, settings.allowed_hosts, setting="retrieval.embedder", name="url")
        import openai

        self._model = settings.model
        self._place = without_credentials(settings.url)
        self._settings = settings
        self._client = openai.OpenAI(
            base_url=settings.url.rstrip("/"),
            api_key=os.environ.get(settings.api_key_env) or "none",
            max_retries=_RETRIES,
            timeout=settings.timeout_seconds,
            # A redirect could send texts elsewhere, and so could a proxy that is meant for the network.
            http_client=openai.DefaultHttpxClient(follow_redirects=False, trust_env=not is_this_machine(settings.url)),
        )
        self._dimension = int(self._asked(["dimension"]).shape[1])

    @property
    def dimension(self) -> int:
        """As the server answered when it was first asked."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """As the settings say, in pieces of ``count_tokens``."""
        return self._settings.max_tokens

    @property
    def fingerprint(self) -> str:
        """Model name, dimension, prefixes and maximal length; not the address, under which the weights may move."""
        return (
            f"server(model={self._model!r},dimension={self._dimension},query={self._settings.query_prefix or ''!r},"
            f"passage={self._settings.passage_prefix or ''!r},max_tokens={self.max_tokens})"
        )

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors of passages, shape (len(texts), dimension)."""
        return self._embedded(texts, self._settings.passage_prefix or "")

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Vectors of queries, shape (len(texts), dimension)."""
        return self._embedded(texts, self._settings.query_prefix or "")

    def count_tokens(self, text: str) -> int:
        """Pieces of ``text`` and two special tokens, before prefix and truncation."""
        return count_pieces(text)

    def token_counter(self) -> Callable[[str], int]:
        """``count_tokens`` without the connection, for other processes."""
        return count_pieces

    def _embedded(self, texts: Sequence[str], prefix: str) -> Matrix:
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        size = self._settings.batch_size
        for start in range(0, len(texts), size):
            rows = self._asked([prefix + cut(text, self.max_tokens) for text in texts[start : start + size]])
            if rows.shape[1] != self._dimension:
                raise BackendError(
                    f"{self._place} sent vectors of {rows.shape[1]} dimensions after {self._dimension}: "
                    "does it offer another model under the same name?"
                )
            vectors[start : start + size] = rows
        return vectors

    def _asked(self, texts: Sequence[str]) -> Matrix:
        import openai

        try:
            # Servers refuse an empty text. Plain numbers, because not every server writes base64.
            answer = self._client.embeddings.create(
                model=self._model, input=[text or " " for text in texts], encoding_format="float"
            )
            listed = sorted(answer.data, key=lambda one: one.index)
            rows = np.array([one.embedding for one in listed], dtype=np.float64)
        except openai.APIError as error:
            raise self._understood(error) from error
        except (AttributeError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise BackendError(f"{self._place} sent no list of vectors: is it an embeddings server?") from error
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        if rows.ndim != 2 or len(rows) != len(texts) or not (np.isfinite(lengths) & (lengths > 0)).all():
            raise BackendError(
                f"{self._place} sent {len(rows)} vectors for {len(texts)} texts, or vectors without a direction"
            )
        vectors: Matrix = (rows / lengths).astype(np.float32)
        return vectors

    def _understood(self, error: openai.APIError) -> BackendError | ConfigError:
        import openai

        if isinstance(error, openai.APIConnectionError):
            return TransientBackendError(
                f"the embeddings server at {self._place} cannot be reached or does not answer in time: is it running? "
                "(retrieval.embedder.url, timeout_seconds)"
            )
        if not isinstance(error, openai.APIStatusError):
            return BackendError(f"the embeddings server at {self._place} failed: {error.message}")
        said = f"the embeddings server at {self._place} answered {error.status_code}: {_in_one_line(error.message)}"
        if error.status_code in (401, 403):
            return ConfigError(f"{said}; put its key into the environment variable {self._settings.api_key_env}")
        return TransientBackendError(said) if error.status_code in (429, 503) else BackendError(said)


def count_pieces(text: str) -> int:
    """Runs of at most six letters or digits and single other characters, spaces apart, and two special tokens."""
    return sum(1 for _ in _PIECE.finditer(text)) + _SPECIAL


def cut(text: str, max_tokens: int) -> str:
    """``text`` up to where ``count_pieces`` reaches ``max_tokens``."""
    for number, piece in enumerate(_PIECE.finditer(text), start=_SPECIAL + 1):
        if number > max_tokens:
            return text[: piece.start()].rstrip()
    return text


def _in_one_line(text: str) -> str:
    return " ".join(text.split())[:300]
