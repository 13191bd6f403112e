"""What an index of many passages needs, by Qdrant's documented formulas."""

from __future__ import annotations

import pytest
from index_fakes import CountingEmbedder

from wardround.corpora.records import Biblio, Passage
from wardround.errors import InputError
from wardround.retrievers.index.plan import Measured, measure, plan

MEASURED = Measured(dimension=1024, passages_a_second=1000, payload_bytes=2000, terms=100)


def test_a_million_vectors_need_what_qdrants_guide_computes() -> None:
    no_words = Measured(dimension=1024, passages_a_second=1000, payload_bytes=2000, terms=0)
    assert plan(1_000_000, no_words).memory_gb == pytest.approx(6.144)


def test_all_of_pubmed_in_int8() -> None:
    found = plan(24_000_000, MEASURED, quantization="int8")
    assert found.hours == pytest.approx(24e6 / 1000 / 3600)
    # a byte a dimension, and 8 bytes a term, half more for the rest
    assert found.memory_gb == pytest.approx(24e6 * (1024 + 800) * 1.5 / 1e9)
    # vectors, their copies, terms and payload, half more, twice over
    assert found.disk_gb == pytest.approx(2 * 24e6 * (4096 + 1024 + 800 + 2000) * 1.5 / 1e9)
    assert (found.nodes, found.shards, found.vectors_on_disk) == (2, 4, True)


def test_binary_vectors_take_a_32nd_and_replicas_multiply() -> None:
    one = plan(1_000_000, MEASURED, quantization="binary")
    assert one.memory_gb == pytest.approx(1e6 * (128 + 800) * 1.5 / 1e9)
    assert (one.nodes, one.shards) == (1, 1)
    three = plan(1_000_000, MEASURED, quantization="binary", replicas=3)
    assert three.memory_gb == pytest.approx(3 * one.memory_gb)
    assert (three.nodes, three.shards) == (3, 6)


@pytest.mark.parametrize(("passages", "replicas", "node_gb"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_numbers_out_of_range_are_refused(passages: int, replicas: int, node_gb: float) -> None:
    with pytest.raises(InputError, match="must be positive"):
        plan(passages, MEASURED, replicas=replicas, node_gb=node_gb)


def test_a_sample_is_embedded_once_and_weighed() -> None:
    passages = [
        Passage(f"c:{number}#0", f"c:{number}", "c", 0, (), f"allopurinol {number}", 0, 13, Biblio("Gout"))
        for number in range(10)
    ]
    embedder = CountingEmbedder()
    found = measure(embedder, passages)
    assert len(embedder.embedded) == 11
    assert (found.dimension, found.terms) == (16, 3)
    assert 100 < found.payload_bytes < 300
    with pytest.raises(InputError, match="no passages to measure with"):
        measure(embedder, [])
