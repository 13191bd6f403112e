"""A seeded fuzzer over all loaders: no crash, no hang, and nothing that vanishes unreported."""

import gzip
import json
import random
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.corpora import test_jats, test_openstax
from tests.corpora.medline_files import citation, deletion, pubmed_set
from tests.corpora.office_files import docx, pdf, word_paragraph
from wardround.corpora.quarantine import BadRecord, OnBadRecord
from wardround.corpora.source import DocumentSource
from wardround.corpora.sources.beir import BeirCorpus
from wardround.corpora.sources.folder import FolderOfDocuments
from wardround.corpora.sources.jats import JatsArticles
from wardround.corpora.sources.medline import MedlineFiles
from wardround.corpora.sources.medquad import MedquadAnswers
from wardround.corpora.sources.medrag_jsonl import MedragChunks
from wardround.corpora.sources.openstax import OpenStaxBooks
from wardround.errors import CorpusError

ROUNDS = 90
SLOWEST = 10.0

Open = Callable[[Path, OnBadRecord], DocumentSource]


def lines(*rows: dict[str, object]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def packed(folder: Path, files: dict[str, str]) -> bytes:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    with tarfile.open(folder / "packed.tar.gz", "w:gz") as archive:
        for name in files:
            archive.add(folder / name, name)
    return (folder / "packed.tar.gz").read_bytes()


ROW = {
    "_id": "1",
    "id": "1",
    "title": "t",
    "content": "c",
    "text": "A text.",
    "source": "CDC",
    "focus": "f",
    "question": "q",
}
PUBMED = pubmed_set(citation(1), citation(2, "An <i>E. coli</i> study."), deletion(3)).encode()
MARKDOWN = b"# A\n\n- item\n  1. inner\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n<sup>2</sup> **b**"

LOADERS: list[tuple[str, Open]] = [
    ("a.xml", lambda path, on_bad: MedlineFiles([path], on_bad)),
    ("a.xml.gz", lambda path, on_bad: MedlineFiles([path], on_bad)),
    ("beir.jsonl", lambda path, on_bad: BeirCorpus(path, "c", on_bad=on_bad)),
    ("medrag.jsonl", lambda path, on_bad: MedragChunks(path, "c", on_bad=on_bad)),
    ("medquad.jsonl.gz", lambda path, on_bad: MedquadAnswers(path, on_bad)),
    ("book.tar.gz", lambda path, on_bad: OpenStaxBooks([path], on_bad)),
    ("one/a.nxml", lambda path, on_bad: JatsArticles(path.parent, on_bad=on_bad)),
    ("one/a.md", lambda path, on_bad: FolderOfDocuments(path.parent, "c", on_bad)),
    ("one/a.txt", lambda path, on_bad: FolderOfDocuments(path.parent, "c", on_bad)),
    ("one/a.html", lambda path, on_bad: FolderOfDocuments(path.parent, "c", on_bad)),
    ("one/a.pdf", lambda path, on_bad: FolderOfDocuments(path.parent, "c", on_bad)),
    ("one/a.docx", lambda path, on_bad: FolderOfDocuments(path.parent, "c", on_bad)),
]


def sample(name: str, folder: Path) -> bytes:
    match name.rpartition("/")[2].split(".", 1)[1]:
        case "xml":
            return PUBMED
        case "xml.gz":
            return gzip.compress(PUBMED)
        case "jsonl":
            return lines(ROW, ROW | {"_id": "2", "id": "2"})
        case "jsonl.gz":
            return gzip.compress(lines(ROW, ROW | {"id": "2"}))
        case "tar.gz":
            return packed(folder, test_openstax.files())
        case "nxml":
            return test_jats.ARTICLE.encode()
        case "html":
            return b"<h1>A</h1><ul><li>b<table><tr><td rowspan=2>c<td>d</table></ul><pre>e</pre>"
        case "pdf":
            return pdf(["Some text.", "More text."], ["Other text."])
        case "docx":
            return docx(word_paragraph("A", "berschrift1") + word_paragraph("b", level=2))
        case _:
            return MARKDOWN


def mutated(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(6):
            case 0:
                del changed[at:]
            case 1:
                del changed[at : at + rng.randint(1, 40)]
            case 2:
                changed[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))
            case 3:
                changed[at:at] = changed[rng.randrange(len(changed) + 1) :][: rng.randint(1, 200)]
            case 4:
                changed[at:at] = rng.choice([b"<", b"&x;", b"]]>", b"\0", b"\xff\xfe", b'"', b"9" * 400, b"<a>" * 300])
            case _ if changed:
                changed[min(at, len(changed) - 1)] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize(("name", "open_source"), LOADERS, ids=[name for name, _ in LOADERS])
def test_mutated_files_give_documents_or_reasons(tmp_path: Path, name: str, open_source: Open) -> None:
    original = sample(name, tmp_path / "packing")
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(original)
    whole = {document.id: document.text for document in open_source(path, lambda bad: None).documents()}
    assert whole
    for seed in range(ROUNDS):
        path.write_bytes(mutated(original, random.Random(f"{name} {seed}")))
        bad: list[BadRecord] = []
        started = time.monotonic()
        try:
            documents = list(open_source(path, bad.append).documents())
        except CorpusError as error:
            documents = []
            bad.append(BadRecord(str(path), "the file", str(error)))
        assert time.monotonic() - started < SLOWEST
        assert all("\n" not in str(one) for one in bad)
        for document in documents:
            assert document.sections
            assert all(document.text[section.start : section.end].strip() for section in document.sections)
            document.text.encode()
        if not documents:
            assert bad, f"seed {seed}: the file gave nothing and no reason"
