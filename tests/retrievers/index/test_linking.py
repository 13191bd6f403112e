"""Passages that say the same in two corpora are linked in the index, and unlinked when one of them goes."""

from __future__ import annotations

from pathlib import Path

from index_fakes import CountingEmbedder, ListSource, opened

from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.targets import FolderTarget
from wardround.retrievers.index.update import update_index

SHARED = (
    "In adults with gout, starting allopurinol at a low dose and raising it slowly lowers the risk of flares, and the "
    "serum urate target is reached as often as with a fast start, as three trials and one registry have shown."
)
ONE = ListSource("one", ["Something else about asthma in children.", SHARED])
TWO = ListSource("two", ["Nothing of the kind.", SHARED.replace(",", ";").upper()])


def links(folder: Path) -> dict[str, tuple[str, ...]]:
    with opened(folder) as index:
        return {passage.id: passage.same_as for passage in index.store.scroll() if passage.same_as}


def test_the_same_text_in_two_corpora_is_linked_and_found_once(tmp_path: Path) -> None:
    build_index([ONE, TWO], FolderTarget(tmp_path), Recipe(CountingEmbedder()))
    assert links(tmp_path) == {"one:1#0": ("two:1#0",), "two:1#0": ("one:1#0",)}
    with opened(tmp_path) as index:
        hits = HybridRetriever(index.store, CountingEmbedder(), index.sparse).search("allopurinol and gout flares", 4)
    assert len({hit.passage.id for hit in hits} & {"one:1#0", "two:1#0"}) == 1
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_links_follow_what_is_in_the_index(tmp_path: Path) -> None:
    build_index([ONE], FolderTarget(tmp_path), Recipe(CountingEmbedder()))
    assert links(tmp_path) == {}
    update_index(FolderTarget(tmp_path), Recipe(CountingEmbedder()), put=[TWO])
    assert set(links(tmp_path)) == {"one:1#0", "two:1#0"}
    update_index(FolderTarget(tmp_path), Recipe(CountingEmbedder()), remove=["one"])
    assert links(tmp_path) == {}
