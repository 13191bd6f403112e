"""An index built anew of the same corpora is the same index; of others, or in another way, it is not."""

from datetime import UTC, datetime

import pytest

from wardround.retrievers.index.identity import content_of
from wardround.retrievers.index.manifest import IndexedCorpus, Manifest, SparseRecord

ONE = IndexedCorpus(name="one", version="1a", documents=2, passages=3)
TWO = IndexedCorpus(name="two", version="2b", documents=1, passages=1)
MANIFEST = Manifest(
    generation="20260101T000000000000-abcdef", dimension=384, embedder="minilm", passages=4, chunking="chunks 1",
    sparse=SparseRecord(k1=0.9, b=0.4, average_length=10.0, fingerprint="bm25"), corpora=(ONE, TWO),
    created=datetime(2026, 1, 1, tzinfo=UTC), package_version="0.1.0",
)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"generation": "20270101T000000000000-abcdef"},
        {"created": datetime(2027, 1, 1, tzinfo=UTC)},
        {"package_version": "0.2.0"},
        {"truncated": 3},
        {"schema_version": 99},
        {"corpora": (TWO, ONE)},
        {"corpora": (ONE.model_copy(update={"description": "in other words"}), TWO)},
    ],
)
def test_time_place_and_order_make_no_other_index(change: dict[str, object]) -> None:
    assert content_of(MANIFEST.model_copy(update=change)) == content_of(MANIFEST)


@pytest.mark.parametrize(
    "change",
    [
        {"corpora": (ONE,)},
        {"corpora": (ONE.model_copy(update={"version": "1b"}), TWO)},
        {"embedder": "other"},
        {"chunking": "chunks 2"},
        {"linking": 7},
    ],
)
def test_other_content_or_another_way_of_making_it_does(change: dict[str, object]) -> None:
    assert content_of(MANIFEST.model_copy(update=change)) != content_of(MANIFEST)


def test_the_digest_stays_what_published_certificates_name() -> None:
    assert content_of(MANIFEST) == "f1b71aa28687fe26"
