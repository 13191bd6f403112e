"""Reranking by hand, and by a cross-encoder from a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import ConfigError, InputError
from wardround.retrievers.cross_encoder import CrossEncoder
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.protocols import Hit
from wardround.retrievers.reranking import Scorer, reranked
from wardround.retrievers.settings import Bm25Settings, CrossEncoderSettings
from wardround.retrievers.staged import StagedRetriever


def passage(name: str, text: str, document: str = "d") -> Passage:
    return Passage(name, document, "c", 0, (), text, 0, len(text), Biblio(title=""))


PASSAGES = [passage("a", "fever fever"), passage("b", "fever cough"), passage("c", "fever and a long cough of gout")]


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


def reranking(scorer: Scorer, name: str, depth: int = 20) -> StagedRetriever:
    return StagedRetriever(InMemoryBm25(PASSAGES, Bm25Settings()), reranked(scorer, depth), name, depth)


def test_the_first_hits_are_ordered_by_the_scorer_and_the_rest_follow() -> None:
    bm25 = InMemoryBm25(PASSAGES, Bm25Settings())
    assert ids(bm25.search("fever", 3)) == ["a", "b", "c"]
    seen: list[tuple[str, list[str]]] = []

    def longer(query: str, texts: list[str]) -> list[float]:
        seen.append((query, texts))
        return [float("cough" in text) for text in texts]

    hits = reranking(longer, "cough", depth=2).search("fever", 3)
    assert [(hit.passage.id, hit.score, hit.rank) for hit in hits] == [("b", 1, 1), ("a", 0, 2), ("c", -1, 3)]
    assert hits[0].retriever == "cough(bm25)"
    assert seen == [("fever", ["fever fever", "fever cough"])]


def test_nothing_to_rerank_asks_the_scorer_nothing() -> None:
    never = reranking(lambda query, texts: 1 / 0, "never")  # type: ignore[arg-type,return-value]  # must not be called
    assert never.search_many(["", "xyzzy"], 3) == [[], []]
    assert never.search("fever", 0) == []
    with pytest.raises(InputError, match="depth of 2 or more"):
        reranked(lambda query, texts: [], depth=1)


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
    encoder = CrossEncoder(saved_model(tmp_path, 1), CrossEncoderSettings(dtype="float32", batch_size=2, max_tokens=16))
    together = encoder("fever", ["cough", "gout " * 100, "fever"])
    assert together == pytest.approx(
        [encoder("fever", [text])[0] for text in ("cough", "gout " * 100, "fever")], abs=1e-5
    )
    assert len(set(together)) == 3


def test_a_cross_encoder_reads_as_many_tokens_as_set_and_as_it_can(tmp_path: Path) -> None:
    model = saved_model(tmp_path, 1)
    long, longer = "gout " * 12 + "cough", "gout " * 20 + "cough"
    short = CrossEncoder(model, CrossEncoderSettings(dtype="float32", max_tokens=16))
    assert short("fever", [long]) == short("fever", [longer])  # the cough is cut off
    whole = CrossEncoder(model, CrossEncoderSettings(dtype="float32"))
    assert whole("fever", [long]) != whole("fever", [longer])
    assert len(whole("fever " * 500, [longer])) == 1  # the model has 32 places
    assert len(whole("fever " * 500, ["cough"])) == 1


def test_a_cross_encoder_computes_in_the_numbers_that_are_set(tmp_path: Path) -> None:
    model = saved_model(tmp_path, 1)
    exact = CrossEncoder(model, CrossEncoderSettings(dtype="float32"))("fever", ["cough", "gout"])
    halved = CrossEncoder(model, CrossEncoderSettings(dtype="bfloat16"))("fever", ["cough", "gout"])
    assert halved == pytest.approx(exact, abs=0.02)
    assert halved != exact


def test_a_cross_encoder_below_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reranker").mkdir()
    saved_model(tmp_path / "reranker", 1)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(CrossEncoder("~/reranker")("fever", ["cough"])) == 1


def test_a_gpu_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (make setup-local)")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ConfigError, match=r"retrieval\.stages\.cross_encoder\.device is cuda, but torch sees no GPU"):
        CrossEncoder(saved_model(tmp_path, 1), CrossEncoderSettings(device="cuda"))


def test_a_model_that_is_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has 2 outputs"):
        CrossEncoder(saved_model(tmp_path, 2))
    with pytest.raises(ConfigError, match="no cross-encoder can be loaded"):
        CrossEncoder(str(tmp_path / "absent"))
