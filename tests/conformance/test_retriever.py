"""What every ``Retriever`` promises, asked of all of them over the same passages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.bm25 import Bm25Encoder, average_length
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.embedders.minilm import MiniLmEmbedder
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import EVERYWHERE, IndexedPassage, PassageStore, Retriever, Where
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings
from wardround.retrievers.single import Bm25Retriever, DenseRetriever
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.memory import MemoryStore


def passage(name: str, text: str, corpus: str, year: int | None, types: tuple[str, ...], retracted: bool) -> Passage:
    biblio = Biblio(title=name.title(), year=year, publication_types=types, retracted=retracted)
    return Passage(f"{corpus}:{name}#0", f"{corpus}:{name}", corpus, 0, ("Care",), text, 0, len(text), biblio)


SEPSIS = passage("sepsis", "Septic shock: give antibiotics within one hour.", "g", 2021, ("Guideline",), False)
PRESSURE = passage("pressure", "Septic shock: aim for a mean pressure of 65.", "g", 2021, ("Guideline",), False)
UTI = passage("uti", "Antibiotics for cystitis: nitrofurantoin for five days.", "g", 2011, ("Guideline",), False)
TRIAL = passage(
    "trial", "Early antibiotics in septic shock: a trial.", "p", 2014, ("Randomized Controlled Trial",), True
)
UNDATED = passage("undated", "Sjögren’s syndrome, TNF-α, 心臓 and µg doses of antibiotics.", "p", None, (), False)
TWINS = [replace(PRESSURE, id=f"g:twin#{number}", ordinal=number) for number in (2, 0, 1)]
PASSAGES = [SEPSIS, PRESSURE, UTI, TRIAL, UNDATED, *TWINS]
QUERY = "antibiotics in septic shock"

Maker = Callable[[PassageStore, MiniLmEmbedder, Bm25Encoder], Retriever]
MAKERS: dict[str, Maker] = {
    "in memory": lambda store, embedder, encoder: InMemoryBm25(list(store.scroll()), Bm25Settings()),
    "bm25": lambda store, embedder, encoder: Bm25Retriever(store, encoder),
    "dense": lambda store, embedder, encoder: DenseRetriever(store, embedder),
    "hybrid": HybridRetriever,
    "convex": ConvexRetriever,
}


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(EmbedderSettings())


@pytest.fixture(scope="module")
def encoder() -> Bm25Encoder:
    return Bm25Encoder(Bm25Settings(), average_length(passage.contents for passage in PASSAGES))


@pytest.fixture(scope="module", params=["memory", "edge"])
def store(
    request: pytest.FixtureRequest,
    embedder: MiniLmEmbedder,
    encoder: Bm25Encoder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PassageStore]:
    folder: Path = tmp_path_factory.mktemp("store") / "edge"
    made: PassageStore = MemoryStore(384) if request.param == "memory" else EdgeStore.create(folder, 384)
    vectors = embedder.embed_passages([passage.contents for passage in PASSAGES])
    made.upsert(
        [
            IndexedPassage(passage, vector, encoder.encode_passage(passage.contents))
            for passage, vector in zip(PASSAGES, vectors, strict=True)
        ]
    )
    yield made
    made.close()


@pytest.fixture(scope="module", params=MAKERS)
def retriever(
    request: pytest.FixtureRequest, store: PassageStore, embedder: MiniLmEmbedder, encoder: Bm25Encoder
) -> Retriever:
    return MAKERS[request.param](store, embedder, encoder)


def ids(retriever: Retriever, query: str, k: int = 10, where: Where = EVERYWHERE) -> list[str]:
    return [hit.passage.id for hit in retriever.search(query, k, where)]


def test_hits_fall_in_score_count_ranks_from_one_and_name_their_finder(retriever: Retriever) -> None:
    hits = retriever.search(QUERY, 10)
    assert {hits[0].passage, hits[1].passage} == {SEPSIS, TRIAL}
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert {hit.retriever for hit in hits} == {retriever.name}


def test_passages_with_the_same_text_are_ordered_by_id(retriever: Retriever) -> None:
    found = ids(retriever, "mean pressure")
    same = [name for name in found if name.startswith(("g:twin", "g:pressure"))]
    assert same == ["g:pressure#0", "g:twin#0", "g:twin#1", "g:twin#2"]


def test_k_limits_and_may_exceed_the_corpus(retriever: Retriever) -> None:
    everything = ids(retriever, QUERY, 1000)
    assert len(everything) == len(set(everything)) <= len(PASSAGES)
    assert ids(retriever, QUERY, 2) == everything[:2]
    assert ids(retriever, QUERY, 0) == []


@pytest.mark.parametrize("query", ["", "  \n\t"])
def test_an_empty_query_finds_nothing(retriever: Retriever, query: str) -> None:
    assert retriever.search(query, 5) == []
    assert retriever.search_many([query, QUERY], 5)[0] == []


def test_stop_words_alone_are_left_to_meaning(retriever: Retriever) -> None:
    found = ids(retriever, "what is the")
    assert bool(found) == ("dense" in retriever.name)


@pytest.mark.parametrize("query", ["sjogren's", "TNFα", "5 μg of TNF-alpha"])
def test_another_spelling_finds_the_passage(retriever: Retriever, query: str) -> None:
    assert ids(retriever, query)[0] == UNDATED.id


def test_a_query_of_ten_thousand_words_is_answered(retriever: Retriever) -> None:
    assert ids(retriever, QUERY + " fever" * 10_000, 3)


@pytest.mark.parametrize(
    ("where", "allowed"),
    [
        (Where(corpora=("p",)), [TRIAL, UNDATED]),
        (Where(corpora=("p", "g"), year_from=2012, year_to=2020), [TRIAL]),
        (Where(publication_types=("Randomized Controlled Trial", "Review")), [TRIAL]),
        (Where(retracted=True), [TRIAL]),
        (Where(corpora=("p",), retracted=False), [UNDATED]),
        (Where(year_to=2013), [UTI]),
        (Where(corpora=("unknown",)), []),
    ],
)
def test_only_what_the_filter_admits_is_returned(
    retriever: Retriever, where: Where, allowed: Sequence[Passage]
) -> None:
    assert sorted(ids(retriever, "antibiotics", 10, where)) == sorted(passage.id for passage in allowed)


def test_many_queries_find_what_each_finds_alone(retriever: Retriever) -> None:
    queries = [QUERY, "", "TNF-α", QUERY, "cystitis", "of the"]
    together = retriever.search_many(queries, 4)
    assert [[(hit.passage, hit.rank) for hit in hits] for hits in together] == [
        [(hit.passage, hit.rank) for hit in retriever.search(query, 4)] for query in queries
    ]
    assert retriever.search_many([], 4) == []
