"""Terms are explained in every search where that is set, so that it can be measured."""

from __future__ import annotations

from pathlib import Path

from tests.retrievers.test_stages import BM25, STORE
from wardround.retrievers.choose import with_stages
from wardround.retrievers.settings import StageSettings
from wardround.retrievers.stage_identity import identity_of_stages


def test_queries_are_explained_only_where_that_is_set() -> None:
    explained = with_stages(BM25, STORE, StageSettings(explained="queries"))
    assert explained.name == "explained(bm25)"
    assert BM25.search("a chesty tussis or ULT", 3) == []
    assert with_stages(BM25, STORE, StageSettings(explained="questions")) is BM25
    assert with_stages(BM25, STORE, StageSettings(explained="nothing")) is BM25


def test_what_terms_mean_is_searched_for_and_expanded(tmp_path: Path) -> None:
    path = tmp_path / "terms.jsonl"
    path.write_text('{"name": "haemoptysis", "synonyms": ["cough"]}\n{"name": "hemoptysis", "synonyms": ["gout"]}\n')
    explained = with_stages(BM25, STORE, StageSettings(explained="queries", synonyms=(path,)))
    assert explained.name == "explained(expanded(bm25))"
    assert [hit.passage.id for hit in explained.search("coughing up blood", 3)] == ["c", "b"]
    assert [hit.passage.id for hit in BM25.search("coughing up blood", 3)] == ["c"]


def test_the_terms_belong_to_what_a_search_is_of() -> None:
    assert identity_of_stages(StageSettings()) == {}
    assert len(identity_of_stages(StageSettings(explained="queries"))["terms explained"]) == 16
    assert "terms explained" not in identity_of_stages(StageSettings(explained="nothing"))
