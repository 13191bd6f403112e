"""What a search costs as an index grows, against its parts; parts of ``benchmarks/retrieval.py``."""

from __future__ import annotations

import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from wardround.corpora.records import Passage
from wardround.evals.retrieval.judged_set import whole_passage
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import Embedder, IndexedPassage, Matrix, PassageStore, Retriever, SparseVector
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings, FusionSettings
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.stores.edge import EdgeStore

DEPTH, GRAPH_DEPTH = 100, 50
TIMED, TOGETHER = 200, 1000
UPSERTED = 2048


def graph_recall(vectors: Matrix) -> float:
    """Share of the exact first 50 that a search through an HNSW graph finds, with passages themselves as queries."""
    asked = vectors[:: len(vectors) // TIMED]
    nothing = SparseVector((), ())
    with tempfile.TemporaryDirectory() as folder:
        store = EdgeStore.create(Path(folder) / "s", vectors.shape[1], exact_up_to=0)
        for start in range(0, len(vectors), UPSERTED):
            numbered = enumerate(vectors[start : start + UPSERTED], start=start)
            store.upsert([IndexedPassage(whole_passage(str(i), "c", "", ""), row, nothing) for i, row in numbered])
        begun = time.monotonic()
        store.seal()
        print(f"graph of {len(vectors)} passages, {time.monotonic() - begun:.0f} s", flush=True)
        through_graph = [set(found) for found in store.rank_dense(list(asked), GRAPH_DEPTH)]
        store.close()
    exact = np.argsort(-(asked @ vectors.T), axis=1)[:, :GRAPH_DEPTH]
    shares = [len(found & {passage_key(str(i)) for i in row}) for found, row in zip(through_graph, exact, strict=True)]
    return statistics.fmean(shares) / GRAPH_DEPTH


@dataclass(frozen=True)
class Large:
    """A store on disk.

    Attributes:
        dimension: of its dense vectors.
        average_length: of its passages, in terms.
    """

    folder: Path
    dimension: int
    average_length: float

    @property
    def encoder(self) -> Bm25Encoder:
        """What its passages were encoded with."""
        return Bm25Encoder(Bm25Settings(), self.average_length)


def enlarged(folder: Path, passages: Sequence[Passage], vectors: Matrix, size: int) -> Large:
    """A store of ``size`` passages: those given, again and again with vectors a little off."""
    large = Large(folder, vectors.shape[1], average_length(passage.contents for passage in passages))
    encoder, random = large.encoder, np.random.default_rng(0)
    store = EdgeStore.create(folder, large.dimension)
    endless = itertools.cycle(zip(passages, vectors, strict=True))
    for start in range(0, size, UPSERTED):
        batch = []
        for passage, vector in itertools.islice(endless, min(UPSERTED, size - start)):
            off = (vector + random.normal(0, 0.01, len(vector))).astype(np.float32)
            renamed = replace(passage, id=f"{passage.id}/{start}")
            batch.append(IndexedPassage(renamed, off, encoder.encode_passage(passage.contents)))
        store.upsert(batch)
    store.seal()
    store.close()
    print(f"{size} passages stored", flush=True)
    return large


def timed(large: Large, queries: Sequence[str]) -> dict[str, float]:
    """The figures of ``costs`` and ``batch_speed_up``, measured in a process that holds nothing else.

    The one that judged whole sets keeps half a million records of theirs. Python's garbage collector walks through
    them again and again while a batch makes its hits: a twentieth of the batch's time, which no user's process spends.
    """
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as own:
        return own.submit(_timed_here, large, list(queries)).result()


def _timed_here(large: Large, queries: Sequence[str]) -> dict[str, float]:
    store = EdgeStore.open(large.folder, large.dimension)
    figures = costs(store, large.encoder, queries[: 2 * TIMED])
    figures["batch_speed_up"] = batch_speed_up(store, large.encoder, queries)
    store.close()
    return figures


def costs(store: PassageStore, encoder: Bm25Encoder, queries: Sequence[str]) -> dict[str, float]:
    """Of fresh queries, their embedding included.

    The three retrievers take turns, so that all see the same machine, and each begins as often as the others, so that
    none of them always finds warm what another has just read.
    """

    def embedder() -> Embedder:
        return choose_embedder(EmbedderSettings())

    retrievers: dict[str, Retriever] = {
        "bm25": Bm25Retriever(store, encoder),
        "dense": DenseRetriever(store, embedder()),
        "fused": choose_retriever(store, embedder(), encoder, FusionSettings()),
    }
    taken: dict[str, list[float]] = {name: [] for name in retrievers}
    for retriever in retrievers.values():
        retriever.search("warms up the engine", DEPTH)
    orders = itertools.cycle(itertools.permutations(retrievers))
    for query, order in zip(queries, orders, strict=False):
        for name in order:
            taken[name].append(seconds(lambda searched=retrievers[name], asked=query: searched.search(asked, DEPTH)))
    for name, times in taken.items():
        print(f"  {name:6} median {1000 * statistics.median(times):.1f} ms", flush=True)
    slower = max(statistics.median(taken["bm25"]), statistics.median(taken["dense"]))
    return {
        "fused_over_slower_part": statistics.median(taken["fused"]) / slower,
        "query_p95_milliseconds": 1000 * float(np.percentile(taken["fused"], 95)),
    }


def batch_speed_up(store: PassageStore, encoder: Bm25Encoder, queries: Sequence[str]) -> float:
    """Mean time of a query asked alone over its time among ``TOGETHER``, none of them asked before.

    A few are asked alone, then all together, until each has been asked alone, so that both see the same machine. The
    median of these rounds is taken: a batch fills both cores, so that anything else done in one round would count.
    """
    wanted = [f"{query} {turn}" for turn in ("now", "then") for query in queries][:TOGETHER]
    embedder = choose_embedder(EmbedderSettings())
    alone, together = [], []
    rounds = len(wanted) // TIMED
    for turn in range(rounds):
        one, many = (choose_retriever(store, embedder, encoder, FusionSettings()) for _ in range(2))
        one.search("warms up the engine", DEPTH)
        sample = wanted[turn::rounds]
        times = [seconds(lambda search=one.search, asked=query: search(asked, DEPTH)) for query in sample]
        alone.append(statistics.fmean(times))
        together.append(seconds(lambda search=many.search_many: search(wanted, DEPTH)) / len(wanted))
    for name, times in (("alone", alone), (f"among {TOGETHER}", together)):
        print(f"  a query {name}: {', '.join(f'{1000 * one:.1f}' for one in times)} ms", flush=True)
    return statistics.median(one / among for one, among in zip(alone, together, strict=True))


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
