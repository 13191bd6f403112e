"""How the cost of a search grows with the passages, for BM25, dense and fused search, and for each store.

Run it with ``.venv/bin/python benchmarks/retrieval_growth.py --data DIR``, where ``DIR`` holds the judged data sets.
The words are those of BioASQ's snippets, again and again, so that posting lists grow as in a growing corpus; the
vectors are drawn at random around 4 096 centres, which costs a search what real ones cost. Queries are BioASQ's
questions with vectors near a centre, given and not computed: the line ``embedding`` says what that would take. The
store in memory and the server's engine in Python compute every score in Python, so they are asked for 10 000 passages
only. The last line is JSON. For ``docs/results/retrieval-growth.md``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
from figures import machine
from retrieval_costs import UPSERTED, seconds

from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.protocols import IndexedPassage, Matrix, PassageStore, Retriever
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings, FusionSettings, Quantization
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.memory import MemoryStore
from wardround.retrievers.stores.ranking import EXACT_UP_TO
from wardround.retrievers.stores.server import ServerStore

DIMENSION, CENTRES, SPREAD = 384, 4096, 0.03
DEPTH, QUERIES = 16, 200
SLOW_QUERIES, SLOW_UP_TO = 10, 10_000
LAYOUTS: dict[str, Quantization] = {"folder": "none", "folder, int8": "int8", "folder, graph": "none"}


class Drawn:
    """Vectors around random centres; the same text always gets the same one."""

    dimension, max_tokens, fingerprint = DIMENSION, 256, "drawn"

    def __init__(self) -> None:
        self._centres = np.random.default_rng(0).standard_normal((CENTRES, DIMENSION)).astype(np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Vectors, shape (len(texts), DIMENSION)."""
        rows = [self._near(crc32(text.encode())) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(len(rows), DIMENSION)

    embed_queries = embed_passages

    def count_tokens(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def _near(self, seed: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        vector = self._centres[random.integers(CENTRES)] + SPREAD * random.standard_normal(DIMENSION)
        return vector / np.linalg.norm(vector)


def main() -> None:
    """Measures every store at every size it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the judged data sets")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 500_000], help="passages")
    parser.add_argument("--graph", action="store_true", help="build the graph that large stores have, too (slow)")
    asked = parser.parse_args()
    judged = load_judged_set("bioasq_passages", asked.data)
    encoder = Bm25Encoder(Bm25Settings(), average_length(one.contents for one in judged.passages))
    queries = list(judged.queries.values())[:QUERIES]
    real = choose_embedder(EmbedderSettings())
    embedding = statistics.median(seconds(lambda text=query: real.embed_queries([text])) for query in queries)
    print(f"Growth on {machine()}\nembedding a query: {1000 * embedding:.1f} ms", flush=True)
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, size in cases(asked.sizes, asked.graph):
            place = Path(folder) / f"{name}-{size}"
            begun = time.monotonic()
            store = filled(empty(name, place, size), judged, encoder, size)
            built = time.monotonic() - begun
            some = queries if name in LAYOUTS else queries[:SLOW_QUERIES]
            row: dict[str, object] = {"store": name, "passages": size, "built_seconds": round(built)}
            row |= {"megabytes": megabytes(place)} | timed(store, encoder, some)
            rows.append(row)
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
            store.close()
    print(json.dumps({"machine": machine(), "embedding_ms": round(1000 * embedding, 1), "rows": rows}))


def cases(sizes: Sequence[int], graph: bool) -> Iterator[tuple[str, int]]:
    """Stores by name, with the sizes that each is asked for."""
    for size in sizes:
        if size <= SLOW_UP_TO:
            yield "memory", size
            yield "server's engine in Python", size
        yield "folder", size
        yield "folder, int8", size
        if graph and size > EXACT_UP_TO:
            yield "folder, graph", size


def empty(name: str, folder: Path, size: int) -> PassageStore:
    """The store of that name; the one without a graph is searched exactly, however large."""
    if name == "memory":
        return MemoryStore(DIMENSION)
    if name in LAYOUTS:
        exact_up_to = EXACT_UP_TO if name == "folder, graph" else size
        return EdgeStore.create(folder, DIMENSION, exact_up_to=exact_up_to, quantization=LAYOUTS[name])
    from qdrant_client import QdrantClient

    warnings.filterwarnings("ignore", message="Local mode")
    return ServerStore.create(QdrantClient(":memory:"), "passages", DIMENSION, Calls(name))


def filled(store: PassageStore, judged: JudgedSet, encoder: Bm25Encoder, size: int) -> PassageStore:
    """``store`` with ``size`` passages, sealed."""
    vectors = Drawn()
    sparse = [encoder.encode_passage(passage.contents) for passage in judged.passages]
    endless = itertools.cycle(zip(judged.passages, sparse, strict=True))
    for start in range(0, size, UPSERTED):
        batch = []
        for number, (passage, terms) in enumerate(itertools.islice(endless, min(UPSERTED, size - start)), start):
            renamed = replace(passage, id=f"{passage.id}/{number}")
            batch.append(IndexedPassage(renamed, vectors.embed_passages([renamed.id])[0], terms))
        store.upsert(batch)
    if isinstance(store, EdgeStore):
        store.seal()
    return store


def timed(store: PassageStore, encoder: Bm25Encoder, queries: Sequence[str]) -> dict[str, float]:
    """Median and 95th percentile of each search in milliseconds; the three take turns."""
    retrievers: dict[str, Retriever] = {
        "bm25": Bm25Retriever(store, encoder),
        "dense": DenseRetriever(store, Drawn()),
        "fused": choose_retriever(store, Drawn(), encoder, FusionSettings()),
    }
    taken: dict[str, list[float]] = {name: [] for name in retrievers}
    for retriever in retrievers.values():
        retriever.search("warms up the engine", DEPTH)
    for query in queries:
        for name, retriever in retrievers.items():
            taken[name].append(1000 * seconds(lambda by=retriever, text=query: by.search(text, DEPTH)))
    figures = {f"{name}_median_ms": round(statistics.median(times), 1) for name, times in taken.items()}
    return figures | {f"{name}_p95_ms": round(float(np.percentile(times, 95)), 1) for name, times in taken.items()}


def megabytes(folder: Path) -> int:
    """What lies in the folder, in 10**6 bytes."""
    return round(sum(path.stat().st_blocks * 512 for path in folder.rglob("*")) / 1e6)


if __name__ == "__main__":
    main()
