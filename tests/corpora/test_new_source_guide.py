"""The guide to a new source does what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wardround.config import load_settings
from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.source import DocumentSource
from wardround.retrievers.index.open import index_target

GUIDE = (Path(__file__).parents[2] / "docs" / "new-source.md").read_text(encoding="utf-8")
SOURCE, BUILDING = re.findall(r"^```python\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
CSV = "drug,section,year,text\nAspirin,Dosage,2019,Take 100 mg once daily.\nAspirin,Storage,2019,\n"


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the guide's first listing defines, in a folder with the file it reads."""
    monkeypatch.chdir(tmp_path)
    Path("labels.csv").write_text(CSV)
    defined: dict[str, Any] = {"__name__": "guide"}
    exec(compile(SOURCE, "docs/new-source.md", "exec"), defined)  # our own guide
    return defined


def test_the_source_is_thirty_lines_and_reads_its_file(names: dict[str, Any]) -> None:
    assert len(SOURCE.partition("class DrugLabels")[2].splitlines()) <= 30
    bad: list[BadRecord] = []
    make: Callable[..., DocumentSource] = names["DrugLabels"]
    (document,) = make(Path("labels.csv"), bad.append).documents()
    (section,) = document.sections
    assert (document.id, section.heading) == ("labels:1", ("Dosage",))
    assert document.text[section.start : section.end] == "Take 100 mg once daily."
    assert document.biblio == Biblio("Aspirin", year=2019, licence="public domain")
    assert bad == [BadRecord("labels.csv", "row 2", "no text")]


def test_it_is_built_into_the_configured_index(names: dict[str, Any]) -> None:
    Path("labels.csv").write_text(CSV.rpartition("Aspirin")[0])
    exec(compile(BUILDING, "docs/new-source.md", "exec"), names)  # our own guide
    manifest = index_target(load_settings().retrieval.store).manifest()
    assert manifest is not None
    assert [(corpus.name, corpus.passages) for corpus in manifest.corpora] == [("labels", 1)]
