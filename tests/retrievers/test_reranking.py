"""Reranking, diversity and grouping by hand, and a cross-encoder from a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import ConfigError, InputError
from wardround.retrievers.cross_encoder import CrossEncoder
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import Hit, IndexedPassage, SparseVector
from wardround.retrievers.reranking import RerankingRetriever, by_document, diverse
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.stores.memory import MemoryStore


def passage(name: str, text: str, document: str = "d") -> Passage:
    return Passage(name, document, "c", 0, (), text, 0, len(text), Biblio(title=""))


PASSAGES = [passage("a", "fever fever"), passage("b", "fever cough"), passage("c", "fever and a long cough of gout")]


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


def test_the_first_hits_are_ordered_by_the_scorer_and_the_rest_follow() -> None:
    bm25 = InMemoryBm25(PASSAGES, Bm25Settings())
    assert ids(bm25.search("fever", 3)) == ["a", "b", "c"]
    seen: list[tuple[str, list[str]]] = []

    def longer(query: str, texts: list[str]) -> list[float]:
        seen.append((query, texts))
        return [float("cough" in text) for text in texts]

    hits = RerankingRetriever(bm25, longer, "cough", depth=2).search("fever", 3)
    assert [(hit.passage.id, hit.score, hit.rank) for hit in hits] == [("b", 1, 1), ("a", 0, 2), ("c", -1, 3)]
    assert hits[0].retriever == "cough(bm25)"
    assert seen == [("fever", ["\nfever fever", "\nfever cough"])]


def test_nothing_to_rerank_asks_the_scorer_nothing() -> None:
    reranking = RerankingRetriever(InMemoryBm25(PASSAGES, Bm25Settings()), lambda query, texts: 1 / 0, "never")  # type: ignore[arg-type,return-value]  # must not be called
    assert reranking.search_many(["", "xyzzy"], 3) == [[], []]
    assert reranking.search("fever", 0) == []
    with pytest.raises(InputError, match="depth of 2 or more"):
        RerankingRetriever(reranking, lambda query, texts: [], "x", depth=1)


def test_a_hit_like_one_before_it_waits() -> None:
    store = MemoryStore(2)
    for one, vector in zip(PASSAGES, [(1, 0), (1, 0), (0, 1)], strict=True):
        store.upsert([IndexedPassage(one, np.array(vector, dtype=np.float32), SparseVector((), ()))])
    hits = [
        Hit(one, score, rank, "x") for rank, (one, score) in enumerate(zip(PASSAGES, (1.0, 0.9, 0.0), strict=True), 1)
    ]
    # b: 0.5 * 0.9 - 0.5 * 1 < c: 0
    assert [(hit.passage.id, hit.rank) for hit in diverse(hits, store, 3, 0.5)] == [("a", 1), ("c", 2), ("b", 3)]
    assert ids(diverse(hits, store, 2, 1.0)) == ["a", "b"]
    assert diverse([], store, 3) == []
    with pytest.raises(InputError, match="between 0 and 1"):
        diverse(hits, store, 3, 1.5)


def test_a_document_takes_so_many_places() -> None:
    chunks = [passage("a", "x", "d1"), passage("b", "x", "d1"), passage("c", "x", "d2"), passage("d", "x", "d1")]
    hits = [Hit(one, 1.0, rank, "x") for rank, one in enumerate(chunks, start=1)]
    assert [(hit.passage.id, hit.rank) for hit in by_document(hits, 5)] == [("a", 1), ("c", 2)]
    assert ids(by_document(hits, 3, most=2)) == ["a", "b", "c"]


def saved_model(folder: Path, outputs: int) -> str:
    """A BERT of random weights and its word pieces, as a cross-encoder's folder holds them."""
    transformers = pytest.importorskip("transformers", reason="transformers is not installed (make setup-local)")
    torch = pytest.importorskip("torch", reason="torch is not installed (make setup-local)")
    torch.manual_seed(0)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "fever", "cough", "gout"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    transformers.BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}
    config = transformers.BertConfig(vocab_size=8, num_labels=outputs, max_position_embeddings=32, **sizes)
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_a_cross_encoder_reads_query_and_passage(tmp_path: Path) -> None:
    encoder = CrossEncoder(saved_model(tmp_path, 1), batch_size=2, max_tokens=16)
    together = encoder("fever", ["cough", "gout " * 100, "fever"])
    assert together == pytest.approx(
        [encoder("fever", [text])[0] for text in ("cough", "gout " * 100, "fever")], abs=1e-5
    )
    assert len(set(together)) == 3


def test_a_model_that_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has 2 outputs"):
        CrossEncoder(saved_model(tmp_path, 2))
    with pytest.raises(ConfigError, match="no cross-encoder can be loaded"):
        CrossEncoder(str(tmp_path / "absent"))
