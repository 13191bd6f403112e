import os
from pathlib import Path

import pytest

from tests.corpora.office_files import docx, pdf, word_paragraph
from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.sources import folder as folder_source
from wardround.corpora.sources.folder import FolderOfDocuments
from wardround.errors import CorpusError

GOOD = {
    "a note.txt": b"\xef\xbb\xbfSepsis\n\n* fluids\n",
    "b.md": b"---\ntitle: x\n---\n# Sepsis\n\n## Fluids\n\nGive **30 mL/kg**.",
    "deep/c.HTML": b"<h1>Shock</h1><p>Treat.</p>",
    "deep/d.pdf": pdf(["Treat early."]),
    "e.docx": docx(word_paragraph("Treat.")),
    "f_g.txt": "naïve".encode("utf-16"),
}
BAD = {
    "empty.md": (b"", "it holds no text"),
    "latin.txt": (b"caf\xe9", "byte 4 is not UTF-8; save it as UTF-8"),
    "nul.txt": (b"a\0b", "it holds NUL characters, so it is no text file"),
    "photo.jpg": (b"\xff\xd8", "not a kind of file that is read (.docx, .htm, .html, .markdown, .md, .pdf, .txt)"),
    "scan.pdf": (pdf([]), "it holds no text, only pictures perhaps; run text recognition (OCR) on it first"),
}


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_each_kind_of_file_becomes_a_document(tmp_path: Path) -> None:
    bad: list[BadRecord] = []
    documents = list(FolderOfDocuments(fill(tmp_path / "ward", GOOD), "ward", bad.append).documents())
    assert bad == []
    assert [(one.id, one.biblio, one.sections[0].heading) for one in documents] == [
        ("ward:a note.txt", Biblio("a note"), ()),
        ("ward:b.md", Biblio("Sepsis"), ("Fluids",)),
        ("ward:deep/c.HTML", Biblio("Shock"), ()),
        ("ward:deep/d.pdf", Biblio("d"), ("Page 1",)),
        ("ward:e.docx", Biblio("e"), ()),
        ("ward:f_g.txt", Biblio("f g"), ()),
    ]
    bodies = [one.text[one.sections[0].start : one.sections[0].end] for one in documents]
    assert bodies == ["Sepsis\n\n- fluids", "Give 30 mL/kg.", "Treat.", "Treat early.", "Treat.", "naïve"]


def test_files_that_cannot_be_read_are_put_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = fill(tmp_path / "ward", GOOD | {name: data for name, (data, _) in BAD.items()})
    bad: list[BadRecord] = []
    documents = list(FolderOfDocuments(folder, "ward", bad.append).documents())
    assert len(documents) == len(GOOD)
    assert bad == [BadRecord(str(folder), name, reason) for name, (_, reason) in BAD.items()]


def test_a_file_whose_name_is_not_utf_8_is_put_aside_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = fill(tmp_path / "ward", {"a.md": b"Give fluids.", "z.md": b"Give oxygen."})
    bytes_of_latin_1 = os.fsencode(folder) + b"/caf\xe9.md"
    Path(os.fsdecode(bytes_of_latin_1)).write_bytes(b"Give coffee.")
    bad: list[BadRecord] = []
    source = FolderOfDocuments(folder, "ward", bad.append)
    assert source.describe().version
    bad.clear()
    assert [one.id for one in source.documents()] == ["ward:a.md", "ward:z.md"]
    reason = "its name is not UTF-8, so that no reference can name it; rename it"
    assert bad == [BadRecord(str(folder), "caf\\xe9.md", reason)]
    with pytest.raises(CorpusError, match=r"caf\\xe9.md: its name is not UTF-8.*rename it"):
        list(FolderOfDocuments(Path(os.fsdecode(bytes_of_latin_1)), "ward", bad.append).documents())


def test_hidden_files_are_not_looked_at_and_links_do_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    folder = fill(tmp_path / "ward", {".git/x.md": b"x", "~$open.docx": b"lock", "a.txt": b"a"})
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "loop").symlink_to(folder)
    bad: list[BadRecord] = []
    assert [one.text for one in FolderOfDocuments(folder, "ward", bad.append).documents()] == ["a"]
    assert [(one.place, one.reason) for one in bad] == [("link.txt", "a link that leads out of the folder")]


def test_the_version_follows_names_and_contents(tmp_path: Path) -> None:
    folder = fill(tmp_path / "ward", {"a.txt": b"a"})
    source = FolderOfDocuments(folder, "ward", lambda bad: None)
    versions = {source.describe().version}
    fill(folder, {"a.txt": b"b"})
    versions.add(source.describe().version)
    (folder / "a.txt").rename(folder / "b.txt")
    versions.add(source.describe().version)
    assert len(versions) == 3


@pytest.mark.parametrize("rule", ["READER", "TEXT_FORM"])
def test_the_version_follows_how_files_are_read(rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FolderOfDocuments(fill(tmp_path / "ward", {"a.md": b"a"}), "ward", lambda bad: None)
    before = source.describe().version
    monkeypatch.setattr(folder_source, rule, 1_000)
    assert source.describe().version != before


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        list(FolderOfDocuments(tmp_path / "absent", "ward", lambda bad: None).documents())
