"""Our retrievers inside LlamaIndex and LangChain, by the real libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.adapters.langchain import as_langchain
from wardround.retrievers.adapters.llama_index import as_llama_index
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import Where
from wardround.retrievers.settings import Bm25Settings

METADATA = {
    "passage_id": "g:sepsis/early#2",
    "document_id": "g:sepsis/early",
    "corpus": "g",
    "title": "Sepsis",
    "heading": ["Care", "Antibiotics"],
    "year": 2021,
    "doi": "10.1000/1",
    "publication_types": ["Guideline"],
    "evidence_level": "guideline",
    "retracted": False,
    "start": 40,
    "end": 62,
    "rank": 1,
    "retriever": "bm25",
}


@pytest.fixture
def retriever() -> InMemoryBm25:
    early = Passage(
        id="g:sepsis/early#2",
        document_id="g:sepsis/early",
        corpus="g",
        ordinal=2,
        heading=("Care", "Antibiotics"),
        text="Antibiotics in an hour",
        start=40,
        end=62,
        biblio=Biblio(title="Sepsis", year=2021, doi="10.1000/1", publication_types=("Guideline",)),
    )
    other = Passage("p:1#0", "p:1", "p", 0, (), "Antibiotics and sepsis care", 0, 27, Biblio(title="Trial"))
    return InMemoryBm25([early, other], Bm25Settings())


async def test_llama_index_gets_nodes(retriever: InMemoryBm25) -> None:
    from llama_index.core.retrievers import BaseRetriever

    adapter = as_llama_index(retriever, k=5, where=Where(corpora=("g",)))
    assert isinstance(adapter, BaseRetriever)
    (found,) = adapter.retrieve("antibiotics")
    score = retriever.search("antibiotics", 1, Where(corpora=("g",)))[0].score
    assert (found.node_id, found.text, found.score) == ("g:sepsis/early#2", "Antibiotics in an hour", score)
    assert found.metadata == METADATA | {"score": score}
    assert found.node.source_node is not None
    assert found.node.source_node.node_id == "g:sepsis/early"
    assert [node.node_id for node in await adapter.aretrieve("antibiotics")] == ["g:sepsis/early#2"]
    assert len(as_llama_index(retriever, k=1).retrieve("antibiotics")) == 1


async def test_langchain_gets_documents(retriever: InMemoryBm25) -> None:
    from langchain_core.retrievers import BaseRetriever

    adapter = as_langchain(retriever, k=5, where=Where(corpora=("g",)))
    assert isinstance(adapter, BaseRetriever)
    (found,) = adapter.invoke("antibiotics")
    score = retriever.search("antibiotics", 1, Where(corpora=("g",)))[0].score
    assert (found.id, found.page_content) == ("g:sepsis/early#2", "Antibiotics in an hour")
    assert found.metadata == METADATA | {"score": score}
    assert [document.id for document in await adapter.ainvoke("antibiotics")] == ["g:sepsis/early#2"]
    assert [len(documents) for documents in adapter.batch(["antibiotics", "asthma"])] == [1, 0]


def test_importing_the_adapters_imports_neither_framework() -> None:
    program = (
        "import sys, wardround.retrievers.adapters.llama_index, wardround.retrievers.adapters.langchain, "
        "wardround.retrievers.hybrid, wardround.retrievers.embedders.choose, wardround.retrievers.embedders.minilm\n"
        "heavy = {'llama_index', 'langchain_core', 'torch', 'transformers', 'onnxruntime', 'Stemmer', 'rank_bm25'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
