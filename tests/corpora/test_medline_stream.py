import gzip
from pathlib import Path

import pytest

from tests.corpora.medline_files import citation, deletion, pubmed_set, write
from wardround.corpora import compressed
from wardround.corpora.quarantine import BadRecord
from wardround.corpora.sources import medline_stream
from wardround.corpora.sources.medline_stream import RawRecord, raw_records
from wardround.errors import CorpusError


def read(path: Path) -> tuple[list[RawRecord], list[BadRecord]]:
    bad: list[BadRecord] = []
    return list(raw_records(path, bad.append)), bad


@pytest.mark.parametrize("name", ["a.xml", "a.xml.gz"])
def test_records_come_with_their_line_and_position(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, citation(1), deletion(2), citation(3))
    records, bad = read(path)
    assert [(record.tag, record.line, record.ordinal) for record in records] == [
        ("PubmedArticle", 3, 0),
        ("DeleteCitation", 4, 1),
        ("PubmedArticle", 5, 2),
    ]
    assert records[0].data.decode() == citation(1)
    assert bad == []


@pytest.mark.parametrize("block", [1, 7, 64, 1000])
def test_block_borders_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    path = write(tmp_path / "a.xml", citation(1), "<!-- " + "x" * 100 + " -->", citation(2), deletion(3))
    expected = read(path)
    monkeypatch.setattr(compressed, "BLOCK", block)
    if block < 100:
        monkeypatch.setattr(medline_stream._Splitter, "_is_pubmed", lambda self: True)
    assert read(path) == expected


def test_the_form_of_2016_has_citations_at_the_top(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<MedlineCitationSet>\n<MedlineCitation><PMID>1</PMID></MedlineCitation></MedlineCitationSet>")
    assert [record.tag for record in read(path)[0]] == ["MedlineCitation"]


def test_an_empty_set_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>")
    (tmp_path / "b.xml").write_text("<PubmedArticleSet/>")
    assert read(tmp_path / "a.xml") == ([], [])
    assert read(tmp_path / "b.xml") == ([], [])


def test_a_record_without_end_costs_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", citation(1), citation(2)[:200], citation(3))
    records, bad = read(path)
    assert [record.ordinal for record in records] == [0, 2]
    assert bad == [BadRecord(str(path), "record 2, line 4", "the record has no end")]


def test_an_endless_record_is_skipped_in_constant_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(medline_stream, "LARGEST_RECORD", 5000)
    monkeypatch.setattr(compressed, "BLOCK", 1000)
    path = write(tmp_path / "a.xml", citation(1, "word " * 5000), citation(2))
    records, bad = read(path)
    assert [record.data.decode() for record in records] == [citation(2)]
    assert bad == [BadRecord(str(path), "record 1, line 3", "over 5000 bytes long")]


def test_a_truncated_gzip_keeps_what_came_before(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml.gz", *[citation(pmid, f"{pmid * 7919}" * 40) for pmid in range(1, 200)])
    path.write_bytes(path.read_bytes()[:-40])
    records, bad = read(path)
    assert len(records) > 100
    assert bad[0].place == "the file"
    assert "cannot be read to its end" in bad[0].reason


def test_a_truncated_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(pubmed_set(citation(1)).replace("</PubmedArticleSet>", ""))
    records, bad = read(path)
    assert len(records) == 1
    assert bad == [BadRecord(str(path), "the file", "it ends before the end of its set of records; fetch it again")]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no PubMed XML"),
        (b"<html><body>404</body></html>", "no PubMed XML"),
        (b"\x00" * 100, "no PubMed XML"),
        (pubmed_set(citation(1)).encode("utf-16"), "not in UTF-8"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><PubmedArticleSet>", "not in UTF-8"),
        (b"\x1f\x8bnot gzip at all", "cannot be read to its end"),
        (gzip.compress(b"plain text", mtime=0), "no PubMed XML"),
    ],
)
def test_what_is_not_pubmed_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(data)
    records, bad = read(path)
    assert records == []
    assert [reason in one.reason for one in bad] == [True]


def test_an_absent_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"absent\.xml: cannot be read"):
        read(tmp_path / "absent.xml")
