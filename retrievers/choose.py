"""The retriever that the settings name, and the stages around it."""

from __future__ import annotations

from wardround.errors import ConfigError
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.clinical_terms import explain_terms
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.diversity import by_document, diverse
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import Embedder, PassageStore, Retriever
from wardround.retrievers.rephrased import RephrasedRetriever
from wardround.retrievers.reranking import Scorer, reranked
from wardround.retrievers.settings import FusionSettings, StageSettings
from wardround.retrievers.staged import StagedRetriever
from wardround.retrievers.synonyms import Synonyms
from wardround.retrievers.terminology import read_terminologies
from wardround.retrievers.weighting import Preference, preferred

BY_MODEL = "model"
"""As ``retrieval.stages.reranker``: the language model."""


def choose_retriever(
    store: PassageStore, embedder: Embedder, encoder: Bm25Encoder, settings: FusionSettings
) -> Retriever:
    """What searches ``store``, whose passages ``embedder`` and ``encoder`` have encoded, by ``settings.method``."""
    if settings.method == "rrf":
        return HybridRetriever(store, embedder, encoder, settings)
    return ConvexRetriever(store, embedder, encoder, settings.convex)


def with_stages(
    retriever: Retriever, store: PassageStore, settings: StageSettings, model_scorer: Scorer | None = None
) -> Retriever:
    """``retriever`` with what explains and expands queries before it, and behind it what reorders its hits, as set.

    Args:
        retriever: searches ``store``.
        store: holds the vectors that diversity compares.
        settings: which stages there are. A reranker reads the query as it was asked.
        model_scorer: the language model, where it may rerank.

    Raises:
        InputError: a terminology cannot be read.
        ConfigError: no cross-encoder can be loaded by that name, or a language model may not rerank here.
        PrerequisiteError: a cross-encoder is named, but torch or transformers is absent.
    """
    if settings.synonyms:
        synonyms = Synonyms(read_terminologies([path.expanduser() for path in settings.synonyms]))
        retriever = RephrasedRetriever(retriever, synonyms.beside, "expanded")
    if settings.explained == "queries":
        retriever = RephrasedRetriever(retriever, explain_terms, "explained")
    if settings.reranker is not None:
        scorer = _scorer(settings.reranker, settings, model_scorer)
        retriever = StagedRetriever(
            retriever, reranked(scorer, settings.reranked), settings.reranker, settings.reranked
        )
    if settings.recency_weight or settings.evidence_weight:
        preference = Preference(settings.recency_weight, settings.recency_half_life, settings.evidence_weight)
        retriever = StagedRetriever(retriever, preferred(preference, settings.weighed), "weighed", settings.weighed)
    if settings.diversity:
        stage = diverse(store, 1 - settings.diversity, settings.diversified)
        retriever = StagedRetriever(retriever, stage, "diverse", settings.diversified)
    if settings.per_document:
        retriever = StagedRetriever(retriever, by_document(settings.per_document), "grouped", settings.grouped)
    return retriever


def _scorer(name: str, settings: StageSettings, model_scorer: Scorer | None) -> Scorer:
    if name != BY_MODEL:
        from wardround.retrievers.cross_encoder import CrossEncoder

        return CrossEncoder(name, settings.cross_encoder)
    if model_scorer is None:
        raise ConfigError(
            "retrieval.stages.reranker is `model`, which would ask the language model once a passage and search, far "
            "beyond an answer's budget: it is for `wardround eval retrieval`; name a cross-encoder here"
        )
    return model_scorer
