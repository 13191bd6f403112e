import gzip
import json
import re
from pathlib import Path

import pytest

from wardround.corpora.chunking import ChunkSettings, passages_of
from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.source import DocumentSource
from wardround.corpora.sources.beir import BeirCorpus
from wardround.corpora.sources.medquad import NOTE, MedquadAnswers
from wardround.corpora.sources.medrag_jsonl import MedragChunks, medrag_lines
from wardround.errors import CorpusError

ANSWER = {"id": "CDC:1-1", "source": "CDC", "url": "http://cdc.gov/x", "focus": "Flu", "text": "Rest. Drink."}


def jsonl(path: Path, *rows: object) -> Path:
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.jsonl.gz"])
def test_beir_and_r2med_rows_become_documents(tmp_path: Path, name: str) -> None:
    first = {"_id": "4983", "title": "White matter.", "text": "It grows.\nIt fades.", "metadata": {}}
    second = {"id": "a/b_0.txt", "text": " pelvises; and  arms"}
    third = {"id": "7", "sentences": ["One.", "Two."], "pmid": 12, "year": 2004, "license": "CC BY 2.0"}
    source = BeirCorpus(jsonl(tmp_path / name, first, second, third), "r2med")
    documents = list(source.documents())
    assert [(document.id, document.text) for document in documents] == [
        ("r2med:4983", "It grows.\n\nIt fades."),
        ("r2med:a/b_0.txt", "pelvises; and arms"),
        ("r2med:7", "One. Two."),
    ]
    assert [document.biblio for document in documents] == [
        Biblio("White matter"),
        Biblio(""),
        Biblio("", year=2004, pmid="12", url="https://pubmed.ncbi.nlm.nih.gov/12/", licence="CC BY 2.0"),
    ]


def test_a_row_without_a_title_is_indexed_by_its_words_alone_and_cited_by_its_id(tmp_path: Path) -> None:
    source = BeirCorpus(jsonl(tmp_path / "c.jsonl", {"_id": "doc-17", "text": "It grows."}), "c")
    (passage,) = passages_of(next(source.documents()), ChunkSettings(), lambda text: len(text.split()))
    assert (passage.path, passage.contents, passage.source_name) == ("", "It grows.", "c:doc-17")
    (row,) = map(json.loads, medrag_lines([passage]))
    assert (row["title"], row["contents"]) == ("", "It grows.")


@pytest.mark.parametrize(("stated", "year"), [("1992", 1992), (1992, 1992), ("in press", None), (None, None)])
def test_a_year_may_be_a_string_and_words_are_none(tmp_path: Path, stated: object, year: int | None) -> None:
    source = BeirCorpus(jsonl(tmp_path / "c.jsonl", {"_id": "1", "text": "It grows.", "year": stated}), "c")
    assert [document.biblio.year for document in source.documents()] == [year]


def test_medrag_chunks_load_unchanged_and_go_out_again(tmp_path: Path) -> None:
    folder = tmp_path / "chunk"
    folder.mkdir()
    chunk = {"id": "Anatomy_Gray_0", "title": "Anatomy_Gray", "content": "The heart beats.", "contents": "x"}
    jsonl(folder / "b.jsonl", {"id": "pubmed_1", "title": "T", "content": "C.", "contents": "T. C.", "PMID": 33})
    jsonl(folder / "a.jsonl", chunk)
    documents = list(MedragChunks(folder, "textbooks").documents())
    assert [(document.id, document.text, document.biblio.pmid) for document in documents] == [
        ("textbooks:Anatomy_Gray_0", "The heart beats.", None),
        ("textbooks:pubmed_1", "C.", "33"),
    ]
    passages = list(passages_of(documents[0], ChunkSettings(), lambda text: len(text.split())))
    (line,) = medrag_lines(passages)
    assert json.loads(line) == {
        "id": "textbooks:Anatomy_Gray_0#0",
        "title": "Anatomy_Gray",
        "content": "The heart beats.",
        "contents": "Anatomy_Gray. The heart beats.",
    }
    (tmp_path / "out.jsonl").write_text(line + "\n")
    (again,) = MedragChunks(tmp_path / "out.jsonl", "again").documents()
    assert again.text == "The heart beats."


def test_a_medquad_answer_stands_under_its_question(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "c.jsonl", ANSWER | {"question": "Who is at risk for Flu? ?"})
    (document,) = MedquadAnswers(path).documents()
    assert document.id == "medquad:CDC:1-1"
    assert document.text == "Who is at risk for Flu?\n\nRest. Drink."
    assert document.sections[0].heading == ("Who is at risk for Flu?",)
    assert document.biblio == Biblio(
        title="Flu",
        organisation="Centers for Disease Control and Prevention",
        url="http://cdc.gov/x",
        licence="CC BY 4.0",
        language="eng",
        note=NOTE,
    )


BAD_LINES = [
    (b"{", "line 2", "not valid JSON: Expecting property name enclosed in double quotes at character 2"),
    (b"[1]", "line 2", "the row: Input should be a valid dictionary"),
    (b'{"text": "no id"}', "line 2", "Field required"),
    (b'{"id": 5, "text": "t"}', "line 2", "Input should be a valid string"),
    (b'{"id": "x", "text": null}', "line 2", "text: Input should be a valid string"),
    (b'{"id": "x", "text": " \\u200b "}', "id 'x'", "no text"),
    (b'{"id": "1", "text": "again"}', "id '1'", "the id was used before"),
    (b'{"id": "x", "text": "caf\xe9"}', "line 2", "byte 25 is not UTF-8"),
    (b"[" * 100_000, "line 2", "nested too deeply"),
    (b"\0\0\0", "line 2", "not valid JSON"),
]


@pytest.mark.parametrize(("line", "place", "reason"), BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_bad_row_is_put_aside_and_the_rest_is_read(tmp_path: Path, line: bytes, place: str, reason: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"id": "1", "text": "one"}\n' + line + b'\n\n{"id": "3", "text": "three"}')
    bad: list[BadRecord] = []
    assert [document.id for document in BeirCorpus(path, "c", on_bad=bad.append).documents()] == ["c:1", "c:3"]
    assert [(one.source, one.place) for one in bad] == [(str(path), place)]
    assert reason in bad[0].reason or "maximum recursion depth" in bad[0].reason
    assert "\n" not in str(bad[0])
    with pytest.raises(CorpusError, match=place):
        list(BeirCorpus(path, "c").documents())


def test_a_truncated_file_is_reported_after_its_last_line(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "c.jsonl.gz", *[{"id": str(n), "text": f"text {n * 7919}"} for n in range(5000)])
    path.write_bytes(path.read_bytes()[:-100])
    bad: list[BadRecord] = []
    documents = list(BeirCorpus(path, "c", on_bad=bad.append).documents())
    assert bad[-1].place == f"after line {len(documents)}"
    assert 1000 < len(documents) < 5000


def test_an_empty_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_bytes(b"\n \n")
    with pytest.raises(CorpusError, match="it holds no rows"):
        list(BeirCorpus(tmp_path / "c.jsonl", "c").documents())


def test_absent_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    sources: list[DocumentSource] = [
        BeirCorpus(tmp_path / "absent", "c"),
        MedquadAnswers(tmp_path / "absent"),
        MedragChunks(tmp_path / "absent", "c"),
        MedragChunks(tmp_path, "c"),
    ]
    for source in sources:
        with pytest.raises(CorpusError, match=str(tmp_path)):
            list(source.documents())


def test_versions_follow_the_content(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "c.jsonl", {"id": "1", "title": "t", "content": "a", "text": "a"})
    before = [BeirCorpus(path, "c").describe(), MedragChunks(path, "c").describe(), MedquadAnswers(path).describe()]
    assert len({info.version for info in before}) == 3
    assert BeirCorpus(path, "c").describe() == before[0]
    jsonl(path, {"id": "1", "title": "t", "content": "b", "text": "b"})
    assert BeirCorpus(path, "c").describe().version != before[0].version


@pytest.mark.shared_data
def test_all_16407_medquad_answers(shared_data: Path) -> None:
    documents = list(MedquadAnswers(shared_data / "medquad" / "corpus.jsonl.gz").documents())
    assert len(documents) == 16407
    answers = {document.text[document.sections[0].start :] for document in documents}
    # The data's README says 15808. The file holds 15809 different texts; two of them differ in case and punctuation
    # alone ("goes wrong -- cells become" and "goes wrong. Cells become").
    assert len(answers) == 15809
    assert len({re.sub(r"\W", "", answer.lower()) for answer in answers}) == 15808


@pytest.mark.shared_data
def test_the_corpora_of_scifact_bioasq_and_r2med(shared_data: Path) -> None:
    sizes = {
        "scifact/corpus.jsonl.gz": 5183,
        "bioasq/documents.jsonl.gz": 18687,
        "bioasq/passages.jsonl.gz": 29186,
        "evidence_inference/abstracts.jsonl.gz": 2430,
        "r2med/biology_demo/corpus.jsonl": 2,
    }
    found = {name: sum(1 for _ in BeirCorpus(shared_data / name, "c").documents()) for name in sizes}
    assert found == sizes
