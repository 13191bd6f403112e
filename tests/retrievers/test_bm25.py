"""BM25 as sparse vectors: the formula by hand, and the same rankings as bm25s and, but for its IDF, rank-bm25."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.analysis import analyse
from wardround.retrievers.bm25 import Bm25Encoder, average_length, term_id
from wardround.retrievers.protocols import IndexedPassage, PassageStore
from wardround.retrievers.settings import Bm25Settings
from wardround.retrievers.stores.edge import EdgeStore
from wardround.retrievers.stores.memory import MemoryStore

SENTENCES = [
    "Broad-spectrum antibiotics are given within one hour of recognising septic shock.",
    "Septic shock: noradrenaline is the first vasopressor, target mean arterial pressure 65 mmHg.",
    "Metformin is stopped when the eGFR falls below 30 mL/min/1.73 m2.",
    "Antibiotics, antibiotics and more antibiotics: stewardship asks for fewer antibiotics.",
    "IL-6 blockade with tocilizumab lowers C-reactive protein in giant cell arteritis.",
    "In pregnancy, nitrofurantoin is avoided at term; penicillins are safe antibiotics.",
    "The and of.",
]
QUESTIONS = ["antibiotics in septic shock", "antibiotics antibiotics stewardship", "IL-6", "eGFR 30 mL/min", "xyzzy"]


def test_a_passage_weight_is_lucenes_fraction() -> None:
    encoder = Bm25Encoder(Bm25Settings(k1=1.2, b=0.75), average_length=4)
    vector = encoder.encode_passage("fever fever cough")
    # penalty = 1.2 * (1 - 0.75 + 0.75 * 3 / 4) = 0.975
    expected = {term_id("fever"): 2 / (2 + 0.975), term_id("cough"): 1 / (1 + 0.975)}
    assert dict(zip(vector.indices, vector.values, strict=True)) == pytest.approx(expected)
    assert list(vector.indices) == sorted(vector.indices)


def test_a_query_weight_is_how_often_the_term_is_asked_for() -> None:
    vector = Bm25Encoder(Bm25Settings(), 10).encode_query("fever, cough and fever")
    assert dict(zip(vector.indices, vector.values, strict=True)) == {term_id("fever"): 2.0, term_id("cough"): 1.0}


def test_texts_without_terms_have_empty_vectors() -> None:
    encoder = Bm25Encoder(Bm25Settings(), 10)
    assert encoder.encode_query("what is the").indices == ()
    assert encoder.encode_passage("").values == ()


def test_term_ids_are_the_same_everywhere() -> None:
    assert term_id("antibiot") == 1237937309
    assert term_id("alpha") == 238326196


def test_the_average_length_counts_terms() -> None:
    assert average_length(["fever and cough", "fever", "of the"]) == pytest.approx(1.0)
    assert average_length([]) == 1.0


def test_an_impossible_average_length_is_refused() -> None:
    with pytest.raises(InputError, match="positive average passage length, not 0"):
        Bm25Encoder(Bm25Settings(), 0)


def test_the_fingerprint_changes_with_whatever_changes_vectors() -> None:
    prints = {
        Bm25Encoder(settings, length).fingerprint
        for settings in (Bm25Settings(), Bm25Settings(k1=1.2), Bm25Settings(b=0.75))
        for length in (100.0, 101.5)
    }
    assert len(prints) == 6


def passage(number: int, text: str) -> Passage:
    return Passage(f"c:{number}#0", f"c:{number}", "c", 0, (), text, 0, len(text), Biblio(title=""))


def fill(store: PassageStore, texts: Sequence[str], encoder: Bm25Encoder) -> PassageStore:
    dense = np.ones(2, dtype=np.float32) / np.float32(math.sqrt(2))
    store.upsert(
        [IndexedPassage(passage(i, text), dense, encoder.encode_passage(text)) for i, text in enumerate(texts)]
    )
    return store


def reference(
    texts: Sequence[str], queries: Sequence[str], settings: Bm25Settings, k: int
) -> Iterator[list[tuple[str, float]]]:
    """What bm25s ranks for the same terms, ties by passage id."""
    import bm25s

    engine = bm25s.BM25(method="lucene", k1=settings.k1, b=settings.b, dtype="float64")
    engine.index([analyse(text) for text in texts], show_progress=False)
    for query in queries:
        terms = [term for term in analyse(query) if term in engine.vocab_dict]
        scores = engine.get_scores(terms) if terms else np.zeros(len(texts))
        ranked = sorted((-round(float(score), 5), f"c:{i}#0") for i, score in enumerate(scores) if score > 0)
        yield [(name, -negated) for negated, name in ranked[:k]]


@pytest.mark.parametrize("settings", [Bm25Settings(), Bm25Settings(k1=1.2, b=0.75), Bm25Settings(k1=2, b=0)])
def test_the_ranking_of_a_small_sample_is_that_of_bm25s(settings: Bm25Settings, tmp_path: Path) -> None:
    # bm25s counts the sentence without terms among the passages, the stores do not.
    texts = SENTENCES[:-1]
    encoder = Bm25Encoder(settings, average_length(texts))
    expected = list(reference(texts, QUESTIONS, settings, 10))
    assert [len(hits) for hits in expected] == [4, 3, 1, 1, 0]
    for store in (MemoryStore(2), EdgeStore.create(tmp_path / "edge", 2)):
        fill(store, texts, encoder)
        for query, ranking in zip(QUESTIONS, expected, strict=True):
            hits = store.search_sparse(encoder.encode_query(query), 10)
            assert [hit.passage.id for hit in hits] == [name for name, _ in ranking]
            assert [hit.score for hit in hits] == pytest.approx([score for _, score in ranking], abs=2e-5)
        store.close()


def by_rank_bm25(
    texts: Sequence[str], queries: Sequence[str], settings: Bm25Settings, k: int
) -> Iterator[list[tuple[str, float]]]:
    """What rank-bm25 ranks with Lucene's IDF in the place of its own, without its factor k1 + 1; ties by id."""
    from rank_bm25 import BM25Okapi

    terms = [analyse(text) for text in texts]
    engine = BM25Okapi(terms, k1=settings.k1, b=settings.b)
    holding = Counter(term for one in terms for term in set(one))
    engine.idf = {term: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for term, count in holding.items()}
    for query in queries:
        scores = engine.get_scores(analyse(query)) / (settings.k1 + 1)
        ranked = sorted((-round(float(score), 5), f"c:{i}#0") for i, score in enumerate(scores) if score > 0)
        yield [(name, -negated) for negated, name in ranked[:k]]


@pytest.mark.shared_data
@pytest.mark.parametrize("settings", [Bm25Settings(), Bm25Settings(k1=1.2, b=0.75)])
def test_rank_bm25_ranks_alike_but_for_its_idf(settings: Bm25Settings, shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [" ".join(json.loads(line)["sentences"]) for line in islice(lines, 1000)]
    with (shared_data / "scifact" / "claims.jsonl").open(encoding="utf-8") as lines:
        queries = [json.loads(line)["claim"] for line in islice(lines, 50)]
    encoder = Bm25Encoder(settings, average_length(texts))
    with closing(fill(EdgeStore.create(tmp_path / "edge", 2), texts, encoder)) as store:
        for query, ranking in zip(queries, by_rank_bm25(texts, queries, settings, 20), strict=True):
            hits = store.search_sparse(encoder.encode_query(query), 20)
            assert [hit.passage.id for hit in hits] == [name for name, _ in ranking]
            assert [hit.score for hit in hits] == pytest.approx([score for _, score in ranking], abs=2e-4)


@pytest.mark.shared_data
def test_the_ranking_of_scifact_is_that_of_bm25s(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = [record["title"] + "\n" + " ".join(record["sentences"]) for record in records]
    with (shared_data / "scifact" / "claims.jsonl").open(encoding="utf-8") as lines:
        queries = [json.loads(line)["claim"] for line in lines][:100]
    settings = Bm25Settings()
    encoder = Bm25Encoder(settings, average_length(texts))
    store = fill(EdgeStore.create(tmp_path / "edge", 2), texts, encoder)
    different = 0
    for query, ranking in zip(queries, reference(texts, queries, settings, 20), strict=True):
        hits = store.search_sparse(encoder.encode_query(query), 20)
        assert [hit.score for hit in hits] == pytest.approx([score for _, score in ranking], abs=2e-4)
        different += [hit.passage.id for hit in hits] != [name for name, _ in ranking]
    store.close()
    assert different == 0
