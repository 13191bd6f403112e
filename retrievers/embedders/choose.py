"""The embedder that the settings name."""

from __future__ import annotations

from wardround.errors import ConfigError
from wardround.retrievers.embedders.shortened import ShortenedEmbedder
from wardround.retrievers.protocols import Embedder
from wardround.retrievers.settings import EmbedderSettings


def choose_embedder(settings: EmbedderSettings) -> Embedder:
    """Loads the embedder of ``settings.kind``, and only the libraries that it needs.

    Its vectors are shortened where the settings ask for that.

    Raises:
        ConfigError: the settings do not fit together.
        BackendError: the embeddings server does not answer.
        PrerequisiteError: a package or a model is absent; the message says how to get it.
    """
    whole = _whole(settings)
    return whole if settings.dimensions is None else ShortenedEmbedder(whole, settings.dimensions)


def _whole(settings: EmbedderSettings) -> Embedder:
    if settings.query_model is not None:
        if settings.kind != "transformers":
            raise ConfigError("retrieval.embedder.query_model is for kind transformers: set the kind, or leave it out")
        from wardround.retrievers.embedders.two_towers import TwoTowerEmbedder

        return TwoTowerEmbedder(settings)
    if settings.kind == "transformers":
        from wardround.retrievers.embedders.transformers import TransformersEmbedder

        return TransformersEmbedder(settings)
    if settings.kind == "server":
        from wardround.retrievers.embedders.server import ServerEmbedder

        return ServerEmbedder(settings)
    from wardround.retrievers.embedders.minilm import MiniLmEmbedder

    return MiniLmEmbedder(settings)
