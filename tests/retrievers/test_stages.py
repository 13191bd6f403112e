"""Stages around a search are settings, off unless named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import ConfigError, InputError
from wardround.retrievers.choose import with_stages
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import IndexedPassage, SparseVector
from wardround.retrievers.settings import Bm25Settings, CrossEncoderSettings, StageSettings
from wardround.retrievers.stores.memory import MemoryStore

TEXTS = {"a": "podagra of the toe", "b": "gout, briefly", "c": "cough"}
PASSAGES = [Passage(name, "d", "c", 0, (), text, 0, len(text), Biblio(title="")) for name, text in TEXTS.items()]
BM25 = InMemoryBm25(PASSAGES, Bm25Settings())
FAST = CrossEncoderSettings(batch_size=64)
STORE = MemoryStore(2)
STORE.upsert(
    [
        IndexedPassage(passage, np.array(vector, dtype=np.float32), SparseVector((), ()))
        for passage, vector in zip(PASSAGES, [(1, 0), (0, 1), (1, 0)], strict=True)
    ]
)


def test_without_a_name_nothing_stands_around_the_search() -> None:
    assert with_stages(BM25, STORE, StageSettings()) is BM25


def test_a_terminology_adds_its_names(tmp_path: Path) -> None:
    path = tmp_path / "terms.jsonl"
    path.write_text('{"name": "gout", "synonyms": ["podagra"]}\n', encoding="utf-8")
    staged = with_stages(BM25, STORE, StageSettings(synonyms=(path,)))
    assert staged.name == "expanded(bm25)"
    assert {hit.passage.id for hit in staged.search("gout", 5)} == {"a", "b"}
    with pytest.raises(InputError, match=r"absent\.jsonl"):
        with_stages(BM25, STORE, StageSettings(synonyms=(tmp_path / "absent.jsonl",)))


def test_a_reranker_orders_the_best_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    class Longest:
        def __init__(self, model: str, settings: CrossEncoderSettings) -> None:
            assert (model, settings.batch_size) == ("some/cross-encoder", 64)

        def __call__(self, query: str, texts: Sequence[str]) -> list[float]:
            return [float(len(text)) for text in texts]

    monkeypatch.setattr("wardround.retrievers.cross_encoder.CrossEncoder", Longest)
    staged = with_stages(BM25, STORE, StageSettings(reranker="some/cross-encoder", reranked=2, cross_encoder=FAST))
    assert staged.name == "some/cross-encoder(bm25)"
    assert [hit.passage.id for hit in BM25.search("gout toe briefly", 5)] == ["b", "a"]
    assert [hit.passage.id for hit in staged.search("gout toe briefly", 5)] == ["a", "b"]


def test_a_language_model_reranks_only_where_one_is_given() -> None:
    by_model = StageSettings(reranker="model", reranked=2)
    staged = with_stages(BM25, STORE, by_model, lambda query, texts: [float(len(text)) for text in texts])
    assert staged.name == "model(bm25)"
    assert [hit.passage.id for hit in staged.search("gout toe briefly", 5)] == ["a", "b"]
    with pytest.raises(ConfigError, match="it is for `wardround eval retrieval`; name a cross-encoder here"):
        with_stages(BM25, STORE, by_model)


def test_hits_are_diversified_and_grouped_as_set() -> None:
    query = "gout podagra cough"
    assert [hit.passage.id for hit in BM25.search(query, 3)] == ["c", "a", "b"]
    staged = with_stages(BM25, STORE, StageSettings(diversity=0.9))
    assert staged.name == "diverse(bm25)"
    assert [(hit.passage.id, hit.rank) for hit in staged.search(query, 3)] == [("c", 1), ("b", 2), ("a", 3)]
    grouped = with_stages(BM25, STORE, StageSettings(per_document=2))
    assert [(hit.passage.id, hit.retriever) for hit in grouped.search(query, 3)] == [
        ("c", "grouped(bm25)"),
        ("a", "grouped(bm25)"),
    ]
