"""The retriever that the settings name, and the stages around it."""

from __future__ import annotations

from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import Embedder, PassageStore, Retriever
from wardround.retrievers.settings import FusionSettings, StageSettings
from wardround.retrievers.weighting import Preference, WeighingRetriever


def choose_retriever(
    store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, settings: FusionSettings
) -> Retriever:
    """What searches ``store``, whose passages ``embedder`` and ``encoder`` have encoded, by ``settings.method``."""
    if settings.method == "rrf":
        return HybridRetriever(store, embedder, encoder, settings)
    return ConvexRetriever(store, embedder, encoder, settings.convex)


def with_stages(retriever: Retriever, settings: StageSettings) -> Retriever:
    """``retriever`` with a terminology before it, a cross-encoder and weights of evidence behind it, as set.

    The cross-encoder reads the query as it was asked.

    Raises:
        InputError: the terminology cannot be read.
        ConfigError: no cross-encoder can be loaded by that name.
        PrerequisiteError: a cross-encoder is named, but torch or transformers is absent.
    """
    if settings.synonyms is not None:
        from wardround.retrievers.synonyms import ExpandingRetriever, Synonyms

        retriever = ExpandingRetriever(retriever, Synonyms.read(settings.synonyms.expanduser()))
    if settings.reranker is not None:
        from wardround.retrievers.cross_encoder import CrossEncoder
        from wardround.retrievers.reranking import RerankingRetriever

        retriever = RerankingRetriever(
            retriever, CrossEncoder(settings.reranker), settings.reranker, depth=settings.reranked
        )
    if settings.recency_weight or settings.evidence_weight:
        preference = Preference(settings.recency_weight, settings.recency_half_life, settings.evidence_weight)
        retriever = WeighingRetriever(retriever, preference, settings.weighed)
    return retriever
