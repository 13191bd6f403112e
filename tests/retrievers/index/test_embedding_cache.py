"""Vectors computed once are found again, and a file that cannot be trusted costs at most the work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from wardround.errors import StoreError
from wardround.retrievers.index.embedding_cache import EmbeddingCache, content_key

A, B = np.array([0.6, 0.8], dtype=np.float32), np.array([1, 0], dtype=np.float32)
KEY, OTHER = content_key("a text"), content_key("another text")


def cache_at(path: Path, fingerprint: str = "model") -> EmbeddingCache:
    return EmbeddingCache(path, fingerprint, 2)


def test_what_was_added_is_found_after_reopening(tmp_path: Path) -> None:
    cache = cache_at(tmp_path / "deep" / "e.sqlite3")
    cache.add({KEY: A})
    cache.close()
    cache.close()
    again = cache_at(tmp_path / "deep" / "e.sqlite3")
    found = again.find([KEY, OTHER])
    assert list(found) == [KEY]
    assert found[KEY].dtype == np.float32
    np.testing.assert_array_equal(found[KEY], A)


def test_which_texts_were_truncated_is_remembered_for_each_embedder_until_they_are_pruned(tmp_path: Path) -> None:
    cache = cache_at(tmp_path / "e.sqlite3")
    cache.add({KEY: A, OTHER: B}, truncated=[KEY])
    cache.add({KEY: A}, truncated=[KEY])
    assert cache_at(tmp_path / "e.sqlite3").truncated() == {KEY}
    assert cache_at(tmp_path / "e.sqlite3", "other model").truncated() == set()
    cache.prune([OTHER])
    assert cache.truncated() == set()


def test_a_later_vector_replaces_an_earlier_one(tmp_path: Path) -> None:
    cache = cache_at(tmp_path / "e.sqlite3")
    cache.add({KEY: A})
    cache.add({KEY: B})
    np.testing.assert_array_equal(cache.find([KEY])[KEY], B)


def test_vectors_of_another_embedder_are_not_found(tmp_path: Path) -> None:
    first = cache_at(tmp_path / "e.sqlite3")
    first.add({KEY: A})
    assert cache_at(tmp_path / "e.sqlite3", "other model").find([KEY]) == {}
    assert list(cache_at(tmp_path / "e.sqlite3").find([KEY])) == [KEY]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 7,
        np.array([1, 0, 0], dtype="<f4").tobytes(),
        np.array([np.nan, 1], dtype="<f4").tobytes(),
        np.array([np.inf, 1], dtype="<f4").tobytes(),
        np.array([3, 4], dtype="<f4").tobytes(),
        "text",
        7,
        b"\0" * 8,
    ],
)
def test_a_tampered_vector_counts_as_absent(tmp_path: Path, raw: object) -> None:
    cache = cache_at(tmp_path / "e.sqlite3")
    cache.add({KEY: A, OTHER: B})
    cache.close()
    with sqlite3.connect(tmp_path / "e.sqlite3") as connection:
        connection.execute("UPDATE vectors SET vector = ? WHERE content = ?", (raw, KEY))
    assert list(cache_at(tmp_path / "e.sqlite3").find([KEY, OTHER])) == [OTHER]


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "e.sqlite3").write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"e\.sqlite3 cannot be used .*delete it; texts are embedded again"):
        cache_at(tmp_path / "e.sqlite3")


def test_a_database_damaged_in_the_middle_is_named(tmp_path: Path) -> None:
    cache = cache_at(tmp_path / "e.sqlite3")
    cache.add({content_key(str(number)): A for number in range(2000)})
    cache.close()
    raw = bytearray((tmp_path / "e.sqlite3").read_bytes())
    raw[len(raw) // 2 :] = b"\xff" * (len(raw) - len(raw) // 2)
    (tmp_path / "e.sqlite3").write_bytes(raw)
    damaged = cache_at(tmp_path / "e.sqlite3")
    with pytest.raises(StoreError, match="delete it; texts are embedded again"):
        damaged.find([content_key(str(number)) for number in range(2000)])


def test_another_version_is_named(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "e.sqlite3") as connection:
        connection.execute("PRAGMA user_version=9")
    with pytest.raises(StoreError, match="is of version 9, not 1: delete it"):
        cache_at(tmp_path / "e.sqlite3")


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    cache = cache_at(tmp_path / "e.sqlite3")
    cache._connection.execute("PRAGMA max_page_count=8")
    with pytest.raises(StoreError, match=r"the disk is full: cannot write .*e\.sqlite3; free space"):
        cache.add({content_key(str(number)): A for number in range(2000)})


def test_pruning_forgets_other_texts_and_other_embedders(tmp_path: Path) -> None:
    cache_at(tmp_path / "e.sqlite3", "other model").add({KEY: A})
    cache = cache_at(tmp_path / "e.sqlite3")
    cache.add({KEY: A, OTHER: B})
    assert len(cache) == 3
    assert cache.prune([KEY, content_key("never embedded")]) == 2
    assert (len(cache), list(cache.find([KEY, OTHER]))) == (1, [KEY])
    assert cache.prune([OTHER]) == 1
