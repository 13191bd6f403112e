"""A judged set indexed and opened for search, for as long as it is measured."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple, get_args

import numpy as np

from wardround.corpora.records import Passage
from wardround.errors import EvaluationError
from wardround.evals.retrieval.indexing import JudgedIndex, index_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.retrieval.model_reranking import ModelScorer
from wardround.evals.systems.search import SearchSystem
from wardround.evals.tasks.judged_retrieval import CORPUS
from wardround.retrievers.choose import choose_retriever, with_stages
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.protocols import Embedder, Matrix, Retriever
from wardround.retrievers.rewriting.retriever import Legs, RewritingRetriever
from wardround.retrievers.rewriting.rewriter import Rewrite, Rewriter
from wardround.retrievers.settings import (
    AnalysisSettings,
    Bm25Settings,
    FusionSettings,
    Quantization,
    RetrievalSettings,
)
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.stage_identity import identity_of_stages

RetrieverName = Literal["fused", "bm25", "dense", "r2med-bm25"]
RETRIEVERS: tuple[RetrieverName, ...] = get_args(RetrieverName)
"""``fused`` is the one that answers questions; ``r2med-bm25`` is BM25 with the settings of R2MED's published run."""

R2MED_BM25 = Bm25Settings(k1=0.9, b=0.4, analysis=AnalysisSettings(kind="lucene"))


def retriever_named(name: str) -> RetrieverName:
    """The retriever of that name.

    Raises:
        EvaluationError: there is none; the message lists those there are.
    """
    for known in RETRIEVERS:
        if known == name:
            return known
    raise EvaluationError(f"there is no retriever {name!r}; the retrievers are {', '.join(RETRIEVERS)}")


class Rewriting(NamedTuple):
    """How queries get further forms.

    Attributes:
        over: the rewriter for an index, whose words it may go by.
        on_rewrite: told every query with what became of it.
    """

    over: Callable[[JudgedIndex], Rewriter]
    on_rewrite: Callable[[str, Rewrite], None]


class NoEmbedder:
    """An ``Embedder`` for retrievers that go by words alone: every vector is the same."""

    dimension, max_tokens, fingerprint = 1, 1, "none"

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Ones, shape (len(texts), 1)."""
        return np.ones((len(texts), 1), dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """Ones, shape (len(texts), 1)."""
        return self.embed_passages(texts)

    def count_tokens(self, text: str) -> int:
        """Always 1."""
        return 1


@contextmanager
def searching(
    judged: JudgedSet,
    settings: RetrievalSettings,
    name: RetrieverName,
    depth: int,
    cache: Path,
    on_done: Callable[[int], None] = lambda done: None,
    warn: Callable[[str], None] = lambda line: None,
    rewriting: Rewriting | None = None,
    model_scorer: ModelScorer | None = None,
) -> Iterator[SearchSystem]:
    """The retriever over the set's passages, indexed in a folder that is removed afterwards.

    Args:
        judged: what is searched.
        settings: of embedder, BM25, fusion and the stages around them; a retriever by words alone loads no embedder.
        name: of the retriever.
        depth: passages a query.
        cache: file that keeps dense vectors over runs.
        on_done: called with the number of passages that have their vectors.
        warn: called with what a reader of the figures must know.
        rewriting: gives queries further forms; without it they are searched for as they are.
        model_scorer: the language model, where the settings have it rerank.

    Raises:
        EvaluationError: a stage is set that needs vectors, and the retriever goes by words alone.
    """
    by_words = name in ("bm25", "r2med-bm25")
    if by_words and settings.stages.diversity:
        raise EvaluationError(
            f"retrieval.stages.diversity compares vectors, and {name} has none: set it to 0 or measure dense or fused"
        )
    if settings.store.kind == "server":
        warn(
            "retrieval.store.kind=server is left aside: a judged set is searched in a folder of its own, which is "
            "removed afterwards, and nothing is stored on the server"
        )
    embedder: Embedder = NoEmbedder() if by_words else choose_embedder(settings.embedder)
    bm25 = R2MED_BM25 if name == "r2med-bm25" else settings.bm25
    quantization: Quantization = "none" if by_words else settings.store.layout.quantization
    with TemporaryDirectory() as folder:
        index = index_judged_set(
            judged,
            embedder,
            bm25,
            Path(folder) / "store",
            Path(folder) / "cache" if by_words else cache,
            on_done,
            sentences=settings.sentence_vectors and not by_words,
            quantization=quantization,
        )
        if index.truncated and not by_words:
            warn(
                f"{index.truncated} of {len(judged.passages)} passages are longer than the {embedder.max_tokens} "
                "tokens that the embedder reads: their vectors are of the beginning"
            )
        with closing(index.store):
            rewriter = rewriting and rewriting.over(index)
            found_by = (
                _rewriting(name, index, embedder, settings, rewriter, rewriting.on_rewrite)
                if rewriting and rewriter
                else _retriever(name, index, embedder, settings.fusion)
            )
            retriever = with_stages(found_by, index.store, settings.stages, model_scorer)
            parts = {
                "embedder": embedder.fingerprint,
                "bm25": index.encoder.fingerprint,
                "fusion": settings.fusion.model_dump(mode="json"),
                "sentence vectors": settings.sentence_vectors,
                "rewriting": rewriter and [rewriter.fingerprint, settings.rewriting.model_dump(mode="json")],
                CORPUS: corpus_mark(judged.passages),
                **({"quantization": quantization} if quantization != "none" else {}),
                **identity_of_stages(settings.stages),
                **({"model that reranks": model_scorer.fingerprint} if model_scorer else {}),
            }
            yield SearchSystem(retriever, depth, parts)


def corpus_mark(passages: Sequence[Passage]) -> str:
    """How many passages there are, and a digest of what they say under which ids."""
    digest = sha256()
    for passage in passages:
        digest.update(json.dumps([passage.id, passage.contents]).encode())
    return f"{len(passages)} passages, {digest.hexdigest()[:16]}"


def _retriever(name: RetrieverName, index: JudgedIndex, embedder: Embedder, fusion: FusionSettings) -> Retriever:
    if name == "dense":
        return DenseRetriever(index.store, embedder)
    if name == "fused":
        return choose_retriever(index.store, embedder, index.encoder, fusion)
    return Bm25Retriever(index.store, index.encoder)


def _rewriting(
    name: RetrieverName,
    index: JudgedIndex,
    embedder: Embedder,
    settings: RetrievalSettings,
    rewriter: Rewriter,
    on_rewrite: Callable[[str, Rewrite], None],
) -> Retriever:
    legs: Legs = "bm25" if name == "r2med-bm25" else name
    parts = (index.store, embedder, index.encoder)
    return RewritingRetriever(*parts, rewriter, legs, settings.fusion, settings.rewriting, on_rewrite)
