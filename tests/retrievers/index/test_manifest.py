"""An index says what it was made of, and damage is noticed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from wardround.errors import StoreError
from wardround.retrievers.index.manifest import IndexedCorpus, Manifest, SparseRecord, read_manifest

MANIFEST = Manifest(
    generation="20261122T101500123456-a1b2c3",
    dimension=384,
    embedder="minilm(…)",
    sparse=SparseRecord(k1=0.9, b=0.4, average_length=87.25, fingerprint="bm25(…)"),
    chunking="0123",
    corpora=(IndexedCorpus(name="guidelines", version="v1", licence="MIT", description="d", documents=3, passages=9),),
    passages=9,
    created=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    package_version="0.1.0",
)


def test_a_manifest_comes_back_equal() -> None:
    assert read_manifest(MANIFEST.to_json(), "here") == MANIFEST


def test_corpora_are_found_by_name() -> None:
    assert MANIFEST.corpus("guidelines") == MANIFEST.corpora[0]
    assert MANIFEST.corpus("pubmed") is None


def test_fields_of_a_newer_version_of_the_same_schema_are_ignored() -> None:
    assert read_manifest(json.dumps({**json.loads(MANIFEST.to_json()), "colour": "blue"}), "here") == MANIFEST


def changed(**values: object) -> str:
    return json.dumps({**json.loads(MANIFEST.to_json()), **values})


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("", "here is damaged .*rebuild the index with `wardround corpus build`"),
        ("{}", "here is damaged .schema_version: Field required"),
        (b"\xff\xfe\x00", "here is damaged"),
        ("[1]", "here is damaged"),
        (changed(schema_version=4), "written by a newer Wardround .schema 4, this one reads 3.: update the package"),
        (changed(schema_version=2), "outdated schema 2: rebuild"),
        (changed(dimension=0), "here is damaged .dimension: "),
        (changed(passages=-1), "here is damaged .passages: "),
        (changed(sparse={"k1": 0.9, "b": 0.4}), "here is damaged .sparse.average_length: Field required"),
        (changed(corpora=[json.loads(MANIFEST.to_json())["corpora"][0]] * 2), "a corpus is listed twice"),
        (MANIFEST.to_json()[:100], "here is damaged"),
    ],
)
def test_what_is_not_a_manifest_of_ours_is_refused_in_one_line(raw: str | bytes, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        read_manifest(raw, "here")
    assert "\n" not in str(caught.value)
