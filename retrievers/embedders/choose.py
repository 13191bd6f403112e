"""The embedder that the settings name."""

from __future__ import annotations

from wardround.retrievers.protocols import Embedder
from wardround.retrievers.settings import EmbedderSettings


def choose_embedder(settings: EmbedderSettings) -> Embedder:
    """Loads the embedder of ``settings.kind``, and only the libraries that it needs.

    Raises:
        ConfigError: the settings do not fit together.
        PrerequisiteError: a package or a model is absent; the message says how to get it.
    """
    if settings.kind == "transformers":
        from wardround.retrievers.embedders.transformers import TransformersEmbedder

        return TransformersEmbedder(settings)
    from wardround.retrievers.embedders.minilm import MiniLmEmbedder

    return MiniLmEmbedder(settings)
