"""The retrievers that answers are built on inside LlamaIndex and LangChain, over an index in a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import pytest

from tests.retrievers.test_hybrid import LetterEmbedder
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.adapters.langchain import as_langchain
from wardround.retrievers.adapters.llama_index import as_llama_index
from wardround.retrievers.bm25 import Bm25Encoder
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.protocols import EVERYWHERE, Hit, IndexedPassage, Retriever, Where
from wardround.retrievers.settings import Bm25Settings, FusionSettings
from wardround.retrievers.stores.edge import EdgeStore

TEXTS = {"a": "Colchicine treats a flare of gout", "b": "Gout hurts", "c": "Fever and cough", "d": "Zoster"}
QUERIES = ["gout flare", "cough", "zoster"]


@pytest.fixture
def embedder() -> LetterEmbedder:
    return LetterEmbedder()


@pytest.fixture(params=["convex", "rrf"])
def retriever(request: pytest.FixtureRequest, embedder: LetterEmbedder, tmp_path: Path) -> Iterator[Retriever]:
    method: Literal["convex", "rrf"] = request.param
    encoder = Bm25Encoder(Bm25Settings(), 4.0)
    with closing(EdgeStore.create(tmp_path / "store", embedder.dimension)) as store:
        for name, text in TEXTS.items():
            passage = Passage(name, name, "c", 0, (), text, 0, len(text), Biblio(title="", year=2000 + ord(name)))
            store.upsert([IndexedPassage(passage, embedder.embed_passages([text])[0], encoder.encode_passage(text))])
        store.seal()
        embedder.batches.clear()
        yield choose_retriever(store, embedder, encoder, FusionSettings(method=method))


def first(found: Sequence[Sequence[Any]], name: str) -> list[str]:
    return [getattr(results[0], name) for results in found]


async def test_langchain_searches_for_one_query_and_for_many(retriever: Retriever) -> None:
    adapter = as_langchain(retriever, k=2)
    alone = [adapter.invoke(query) for query in QUERIES]
    assert first(alone, "id") == ["a", "c", "d"]
    assert {len(documents) for documents in alone} == {2}
    assert [await adapter.ainvoke(query) for query in QUERIES] == alone
    assert adapter.batch(QUERIES) == await adapter.abatch(QUERIES) == alone
    assert adapter.batch([]) == await adapter.abatch([]) == []


async def test_a_batch_of_langchain_is_one_search(retriever: Retriever, embedder: LetterEmbedder) -> None:
    adapter = as_langchain(retriever, k=2)
    adapter.batch(QUERIES)
    await adapter.abatch(["fever", "hurts"])
    assert [sorted(batch) for batch in embedder.batches] == [sorted(QUERIES), ["fever", "hurts"]]


def test_a_batch_of_a_langchain_chain_is_one_search(retriever: Retriever, embedder: LetterEmbedder) -> None:
    chain = as_langchain(retriever, k=1) | (lambda documents: [document.id for document in documents])
    assert chain.batch(QUERIES) == [["a"], ["c"], ["d"]]
    assert [sorted(batch) for batch in embedder.batches] == [sorted(QUERIES)]


def test_each_query_of_a_batch_is_a_run_of_its_own_to_callbacks(retriever: Retriever) -> None:
    from langchain_core.callbacks import BaseCallbackHandler

    class Listening(BaseCallbackHandler):
        def __init__(self) -> None:
            self.told: list[tuple[str, list[str]]] = []

        def on_retriever_start(self, serialized: Any, query: str, *, run_id: UUID, **kwargs: Any) -> None:
            self.told.append((query, kwargs["tags"]))

    listening = Listening()
    configs: Any = [{"callbacks": [listening], "tags": [str(place)]} for place in range(3)]
    as_langchain(retriever, k=1).batch(QUERIES, configs)
    assert listening.told == [(query, [str(place)]) for place, query in enumerate(QUERIES)]


async def test_llama_index_searches_side_by_side(retriever: Retriever) -> None:
    adapter = as_llama_index(retriever, k=2)
    alone = [adapter.retrieve(query) for query in QUERIES]
    assert first(alone, "node_id") == ["a", "c", "d"]
    together = await asyncio.gather(*map(adapter.aretrieve, QUERIES))
    assert [[(one.node_id, one.score) for one in nodes] for nodes in together] == [
        [(one.node_id, one.score) for one in nodes] for nodes in alone
    ]


def test_filters_hold_in_both(retriever: Retriever) -> None:
    old = Where(year_to=2000 + ord("b"))
    assert {one.id for one in as_langchain(retriever, 4, old).batch(["gout", "cough"])[1]} == {"a", "b"}
    assert {one.node_id for one in as_llama_index(retriever, 4, old).retrieve("cough")} == {"a", "b"}


class Refusing:
    """Finds nothing for any query but one, which fails."""

    name = "refusing"

    def search(self, query: str, k: int, where: Where = EVERYWHERE) -> list[Hit]:
        if query == "bad":
            raise ValueError("no such query")
        return []

    def search_many(self, queries: Sequence[str], k: int, where: Where = EVERYWHERE) -> list[list[Hit]]:
        return [self.search(query, k, where) for query in queries]


async def test_a_query_that_fails_takes_no_other_with_it_where_errors_are_returned() -> None:
    adapter = as_langchain(Refusing())
    with pytest.raises(ValueError, match="no such query"):
        adapter.batch(["good", "bad"])
    for found in (
        adapter.batch(["good", "bad"], return_exceptions=True),
        await adapter.abatch(["good", "bad"], return_exceptions=True),
    ):
        assert [str(one) for one in found] == ["[]", "no such query"]
