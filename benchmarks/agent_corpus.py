"""The corpus and the questions of the agent's benchmark, out of the judged data sets.

The reference was measured over 54 048 passages that are not published. Ours are as many, of the same sources and cut to
the length of MedRAG's textbook chunks (1000 characters), between sentences.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.records import Passage
from wardround.corpora.sentence_ends import sentence_spans
from wardround.corpora.sources.openstax import OpenStaxBooks
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import whole_passage
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.index.manifest import SCHEMA_VERSION
from wardround.retrievers.protocols import IndexedPassage
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.single import Bm25Retriever
from wardround.retrievers.stores.edge import EdgeStore

DIMENSION = 2
"""Of the vectors that stand in for embeddings: both modes search by words alone."""

PASSAGES = 54_048
MOST_CHARACTERS = 1000
"""Of a passage, as in MedRAG's textbook chunks."""

_AT_ONCE = 2048
_WORDS_PER_TOKEN = 0.75


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the benchmark.

    Attributes:
        options: text by letter; empty for a free-text question.
        answer: text of the right option.
        gold: ids of the documents that experts judged relevant.
    """

    identity: str
    question: str
    options: dict[str, str]
    answer: str = ""
    gold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Corpus:
    """The indexed passages; searched by BM25 alone."""

    store: EdgeStore
    encoder: Bm25Encoder
    retriever: Bm25Retriever
    passages: int


def union(data: Path) -> Iterator[Passage]:
    """Abstracts of BioASQ, textbooks, abstracts of SciFact and Evidence Inference, MedQuAD: in pieces, each id once."""
    abstracts = _abstracts(data / "evidence_inference" / "abstracts.jsonl.gz")
    judged = {name: load_judged_set(name, data).passages for name in ("bioasq_documents", "scifact", "liveqa_medquad")}
    whole = (judged["bioasq_documents"], _textbooks(data), judged["scifact"], abstracts, judged["liveqa_medquad"])
    seen: set[str] = set()
    for passage in chain.from_iterable(map(_pieces, chain.from_iterable(whole))):
        if passage.id not in seen:
            seen.add(passage.id)
            yield passage


def index(data: Path, folder: Path) -> Corpus:
    """The corpus in a store for BM25; a folder that an earlier run left is opened instead of built."""
    described = folder / "corpus.json"
    known = json.loads(described.read_text(encoding="utf-8")) if described.exists() else {}
    if known.get("schema") == SCHEMA_VERSION:
        encoder = Bm25Encoder(Bm25Settings(), known["average_length"])
        store = EdgeStore.open(folder / "store", DIMENSION)
        return Corpus(store, encoder, Bm25Retriever(store, encoder), known["passages"])
    if folder.exists():
        shutil.rmtree(folder)  # of an older tree, or of a run that was killed while it built
    listed = list(islice(union(data), PASSAGES))
    mean = average_length(one.contents for one in listed)
    encoder = Bm25Encoder(Bm25Settings(), mean)
    (folder / "store").mkdir(parents=True)
    store = EdgeStore.create(folder / "store", DIMENSION)
    nothing = np.array([1.0, 0.0], dtype=np.float32)
    for start in range(0, len(listed), _AT_ONCE):
        batch = listed[start : start + _AT_ONCE]
        store.upsert([IndexedPassage(one, nothing, encoder.encode_passage(one.contents)) for one in batch])
    store.seal()
    about = {"schema": SCHEMA_VERSION, "average_length": mean, "passages": len(listed)}
    described.write_text(json.dumps(about), encoding="utf-8")
    return Corpus(store, encoder, Bm25Retriever(store, encoder), len(listed))


def medqa(data: Path, count: int) -> list[Asked]:
    """So many questions of MedQA, spread evenly over the file."""
    rows = list(_rows(data / "medqa_us" / "questions.jsonl"))
    chosen = rows[:: len(rows) // count][:count]
    return [Asked(str(row["id"]), row["question"], row["options"], answer=row["answer"]) for row in chosen]


def bioasq(data: Path, count: int) -> list[Asked]:
    """So many questions of BioASQ with the abstracts judged relevant, spread evenly over the set."""
    judged = load_judged_set("bioasq_documents", data)
    identities = sorted(judged.queries)
    chosen = identities[:: len(identities) // count][:count]
    gold = {one: frozenset(name for name, value in judged.judgements[one].items() if value > 0) for one in chosen}
    return [Asked(one, judged.queries[one], {}, gold=gold[one]) for one in chosen]


def _pieces(passage: Passage) -> Iterator[Passage]:
    """The passage, or stretches of whole sentences of it where it is long."""
    if len(passage.text) <= MOST_CHARACTERS:
        yield passage
        return
    start = before = 0
    for _, end in sentence_spans(passage.text, 0, len(passage.text)):
        if end - start > MOST_CHARACTERS and before > start:
            yield _piece(passage, start, before)
            start = before
        before = end
    yield _piece(passage, start, len(passage.text))


def _piece(passage: Passage, start: int, end: int) -> Passage:
    text = passage.text[start:end].strip()
    return replace(passage, id=f"{passage.id}@{start}", text=text, start=0, end=len(text))


def _textbooks(data: Path) -> Iterator[Passage]:
    archives = sorted((data / "openstax_textbooks").glob("*.tar.gz"))
    for document in OpenStaxBooks(archives).documents():
        yield from passages_of(document, ChunkSettings(), lambda text: round(len(text.split()) / _WORDS_PER_TOKEN))


def _abstracts(path: Path) -> Iterator[Passage]:
    for row in _rows(path):
        text = " ".join(part["text"] for part in row["abstract"])
        yield whole_passage(row["id"], "evidence_inference", row["title"], text)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
