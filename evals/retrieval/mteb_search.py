"""Our retrievers inside mteb's retrieval tasks, R2MED's among them, by its protocol of three names.

mteb is neither imported nor needed here: it asks for ``index``, ``search`` and ``mteb_model_meta`` and nothing else.
Tried with mteb 2.26.24; how to run it is in ``docs/command-line.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from wardround.corpora.records import Passage
from wardround.errors import InputError
from wardround.evals.retrieval.judged_set import JudgedSet, whole_passage
from wardround.evals.retrieval.searching import RetrieverName, searching
from wardround.retrievers.protocols import Retriever
from wardround.retrievers.settings import RetrievalSettings

_DEPTH = 100

Row = Mapping[str, Any]
"""A document or query as mteb gives it: ``id``, ``text`` and, of documents, perhaps ``title``."""

Results = dict[str, dict[str, float]]
"""Scores by document id, by query id."""


@contextmanager
def mteb_search(
    settings: RetrievalSettings,
    model_meta: object,
    name: RetrieverName = "fused",
    cache: Path | None = None,
    warn: Callable[[str], None] = lambda line: None,
) -> Iterator[MtebSearch]:
    """What ``mteb.evaluate`` takes as a model, searching each task's corpus as ``wardround eval retrieval`` does.

    Args:
        settings: of embedder, BM25, fusion and the stages around them.
        model_meta: mteb's ``ModelMeta``, under whose name and revision mteb files the results.
        name: of the retriever: ``fused``, ``bm25``, ``dense`` or ``r2med-bm25``.
        cache: file that keeps dense vectors over tasks and runs; without one they are made anew each time.
        warn: called with what a reader of the figures must know.

    Raises:
        EvaluationError: a stage is set that needs vectors, and the retriever goes by words alone.
    """
    with TemporaryDirectory() as folder, ExitStack() as indexed:
        kept = cache or Path(folder) / "cache"

        def over(passages: Sequence[Passage]) -> Retriever:
            indexed.close()  # the corpus of the task before
            judged = JudgedSet("mteb", tuple(passages), {}, {})
            return indexed.enter_context(searching(judged, settings, name, _DEPTH, kept, warn=warn)).retriever

        yield MtebSearch(over, model_meta)


class MtebSearch:
    """What ``mteb.evaluate`` takes as a model: it indexes a task's corpus and searches it.

    Attributes:
        mteb_model_meta: mteb's own description of a model, handed back to it as it was given.
    """

    def __init__(self, over: Callable[[Sequence[Passage]], Retriever], model_meta: object) -> None:
        """Searches each corpus by the retriever that ``over`` makes of its passages, one a document."""
        self._over = over
        self._retriever: Retriever | None = None
        self.mteb_model_meta = model_meta

    def index(self, corpus: Iterable[Row], **_: object) -> None:
        """Makes the retriever over ``corpus``, in the place of an earlier one; what else mteb tells is not needed."""
        passages = [whole_passage(str(row["id"]), "mteb", row.get("title") or "", row["text"]) for row in corpus]
        self._retriever = self._over(passages)

    def search(
        self,
        queries: Iterable[Row],
        *,
        top_k: int,
        top_ranked: Mapping[str, Sequence[str]] | None = None,
        **_: object,
    ) -> Results:
        """The best ``top_k`` documents of each query.

        Raises:
            InputError: nothing was indexed, or only given documents shall be ordered, which a search does not.
        """
        if self._retriever is None:
            raise InputError("nothing was indexed: mteb calls index before search")
        if top_ranked is not None:
            raise InputError("this is a search, not a reranker: choose a retrieval task")
        asked = [(str(row["id"]), row["text"]) for row in queries]
        found = self._retriever.search_many([text for _, text in asked], top_k)
        return {name: {hit.passage.id: hit.score for hit in hits} for (name, _), hits in zip(asked, found, strict=True)}
