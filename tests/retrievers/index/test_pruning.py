"""The embedding cache keeps earlier contents, up to a point."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_fakes import CountingEmbedder, ListSource, sentences

from wardround.retrievers.index import build as build_module
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.targets import FolderTarget


def embedded(folder: Path, topic: str) -> int:
    embedder = CountingEmbedder()
    build_index([ListSource("c", sentences(topic, 10))], FolderTarget(folder), Recipe(embedder))
    return len(embedder.embedded)


def test_going_back_to_earlier_contents_embeds_nothing(tmp_path: Path) -> None:
    assert [embedded(tmp_path, topic) for topic in ("gout", "asthma", "gout")] == [10, 10, 0]


def test_beyond_the_bound_only_what_is_in_the_index_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_module, "_CACHED_AT_LEAST", 0)
    monkeypatch.setattr(build_module, "_CACHED_A_PASSAGE", 1)
    assert [embedded(tmp_path, topic) for topic in ("gout", "asthma", "asthma", "gout")] == [10, 10, 0, 10]
