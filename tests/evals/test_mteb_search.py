"""Our retrievers by mteb's protocol, called as mteb 2 calls it; mteb itself is not needed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from wardround.corpora.records import Passage
from wardround.errors import InputError
from wardround.evals.retrieval.mteb_search import MtebSearch, mteb_search
from wardround.retrievers.in_memory_bm25 import InMemoryBm25
from wardround.retrievers.settings import Bm25Settings, RetrievalSettings, StageSettings

CORPUS = [
    {"id": "d1", "title": "Sepsis", "text": "Antibiotics within an hour."},
    {"id": "d2", "text": "Antibiotics for a cough, antibiotics for none."},
    {"id": "d3", "title": None, "text": "Inhaled steroids."},
]
TOLD: dict[str, Any] = {"task_metadata": None, "hf_split": "test", "hf_subset": "default", "encode_kwargs": {}}


def bm25(passages: Sequence[Passage]) -> InMemoryBm25:
    return InMemoryBm25(list(passages), Bm25Settings())


def test_documents_are_found_by_their_ids_with_our_scores() -> None:
    described = object()
    model = MtebSearch(bm25, described)
    model.index(CORPUS, **TOLD, num_proc=1)
    queries = [{"id": "q1", "text": "antibiotics in sepsis"}, {"id": "q2", "text": "nothing alike"}]
    found = model.search(queries, **TOLD, top_k=5, top_ranked=None, num_proc=1)
    assert list(found) == ["q1", "q2"]
    assert list(found["q1"]) == ["d1", "d2"]
    assert found["q1"]["d1"] > found["q1"]["d2"] > 0
    assert found["q2"] == {}
    assert list(model.search(queries, **TOLD, top_k=1)["q1"]) == ["d1"]
    assert model.mteb_model_meta is described


def test_another_corpus_takes_the_place_of_the_first() -> None:
    model = MtebSearch(bm25, None)
    model.index(CORPUS, **TOLD)
    model.index([{"id": "e1", "text": "Sepsis."}], **TOLD)
    assert list(model.search([{"id": "q", "text": "sepsis antibiotics"}], **TOLD, top_k=5)["q"]) == ["e1"]


def test_what_it_cannot_do_is_said() -> None:
    model = MtebSearch(bm25, None)
    with pytest.raises(InputError, match="index before search"):
        model.search([], **TOLD, top_k=5)
    model.index(CORPUS, **TOLD)
    with pytest.raises(InputError, match="not a reranker"):
        model.search([], **TOLD, top_k=5, top_ranked={"q1": ["d1"]})


QUERIES = [{"id": "q1", "text": "antibiotics in sepsis"}]


def test_a_search_is_made_of_settings_for_one_corpus_after_another(tmp_path: Path) -> None:
    path = tmp_path / "terms.jsonl"
    path.write_text('{"name": "sepsis", "synonyms": ["septicaemia"]}\n')
    settings = RetrievalSettings(stages=StageSettings(synonyms=(path,)))
    with mteb_search(settings, "described", "bm25") as model:
        assert model.mteb_model_meta == "described"
        model.index(CORPUS, **TOLD)
        assert list(model.search(QUERIES, **TOLD, top_k=5)["q1"]) == ["d1", "d2"]
        model.index([{"id": "e1", "text": "Septicaemia."}, {"id": "e2", "text": "Cough."}], **TOLD)
        assert list(model.search(QUERIES, **TOLD, top_k=5)["q1"]) == ["e1"]


def test_dense_vectors_are_kept_in_a_cache_where_one_is_named(tmp_path: Path) -> None:
    for _ in range(2):
        with mteb_search(RetrievalSettings(), None, "fused", cache=tmp_path / "vectors") as model:
            model.index(CORPUS, **TOLD)
            assert list(model.search(QUERIES, **TOLD, top_k=1)["q1"]) == ["d1"]
    assert (tmp_path / "vectors").exists()


def test_the_documented_lines_run_as_they_stand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a stand-in for mteb that asks as mteb does; mteb itself is no dependency."""

    def evaluate(model: Any, tasks: Sequence[str]) -> SimpleNamespace:
        results = []
        for task in tasks:
            model.index(CORPUS, **TOLD, num_proc=None)
            found = model.search(QUERIES, **TOLD, top_k=1000, top_ranked=None, num_proc=None)
            result = SimpleNamespace(task_name=task, get_score=lambda found=found: next(iter(found["q1"])))
            results.append(result)
        return SimpleNamespace(task_results=results)

    mteb, models = ModuleType("mteb"), ModuleType("mteb.models")
    monkeypatch.setattr(mteb, "evaluate", evaluate, raising=False)
    monkeypatch.setattr(mteb, "get_benchmark", lambda name: [f"{name} one", f"{name} two"], raising=False)
    monkeypatch.setattr(models, "ModelMeta", SimpleNamespace(create_empty=dict), raising=False)
    monkeypatch.setitem(sys.modules, "mteb", mteb)
    monkeypatch.setitem(sys.modules, "mteb.models", models)
    page = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"^```python\n(import mteb\n.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    exec(compile(lines, "command-line.md", "exec"), {})
    assert capsys.readouterr().out == "R2MED one d1\nR2MED two d1\n"


def test_mteb_is_not_imported() -> None:
    program = "import sys, wardround.evals.retrieval.mteb_search; print('mteb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n")
