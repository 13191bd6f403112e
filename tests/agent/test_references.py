"""References as reference managers read them, and what a reader is told about a source."""

import json
from pathlib import Path

import bibtexparser
import pytest
import rispy

from wardround.agent.answer import Reference
from wardround.agent.reference_export import export, write_references
from wardround.corpora.evidence_levels import evidence_level
from wardround.errors import InputError

TRIAL = Reference(
    number=1, passage_id="p:1#0", document_id="p:1", corpus="p", title="Fluids & shock: 100 % of Émile's_cases",
    authors=("Doe J", "Roe AB"), journal="J Shock", year=2021, doi="10.1/x_y", pmid="77", heading=(), text="t",
)  # fmt: skip
GUIDE = Reference(
    number=2, passage_id="g:1#0", document_id="g:1", corpus="g", title="Sepsis", organisation="Ward", heading=(),
    text="t", retracted=True,
)  # fmt: skip
AGAIN = TRIAL.model_copy(update={"number": 3, "passage_id": "p:1#1"})


def test_bibtex_is_read_back_with_each_document_once() -> None:
    text = export([TRIAL, GUIDE, AGAIN], "bibtex")
    library = bibtexparser.parse_string(text, append_middleware=[bibtexparser.middlewares.LatexDecodingMiddleware()])
    assert library.failed_blocks == []
    assert [(one.key, one.entry_type) for one in library.entries] == [("ref1", "article"), ("ref2", "misc")]
    first, second = (one.fields_dict for one in library.entries)
    assert first["title"].value == TRIAL.title
    assert (first["author"].value, first["year"].value) == ("Doe, J. and Roe, A. B.", "2021")
    assert (second["author"].value, second["note"].value) == ("{Ward}", "RETRACTED")
    assert "100 \\% of \\'Emile's\\_cases" in text


def test_bibtex_takes_an_organisation_for_one_author_and_a_family_name_for_one() -> None:
    authors = ("van der Berg JM", "Émile-Roux É", "PROSPER Study Group for Burns and Shock")
    nice = GUIDE.model_copy(update={"organisation": "National Institute for Health and Care Excellence"})
    text = export([TRIAL.model_copy(update={"authors": authors}), nice], "bibtex")
    middlewares = bibtexparser.middlewares
    library = bibtexparser.parse_string(
        text,
        append_middleware=[
            middlewares.LatexDecodingMiddleware(keep_braced_groups=True),
            middlewares.SeparateCoAuthors(),
            middlewares.SplitNameParts(),
        ],
    )
    first, second = (one.fields_dict["author"].value for one in library.entries)
    assert [(one.first, one.von, one.last) for one in first] == [
        (["J.", "M."], ["van", "der"], ["Berg"]),
        (["É."], [], ["Émile-Roux"]),
        ([], [], ["{PROSPER Study Group for Burns and Shock}"]),
    ]
    assert [one.last for one in second] == [["{National Institute for Health and Care Excellence}"]]


def test_csl_json_knows_a_family_name_from_initials() -> None:
    assert json.loads(export([TRIAL], "csl-json"))[0]["author"] == [
        {"family": "Doe", "given": "J."},
        {"family": "Roe", "given": "A. B."},
    ]


def test_ris_is_read_back() -> None:
    first, second = rispy.loads(export([TRIAL, GUIDE], "ris"))
    assert (first["type_of_reference"], first["title"], first["authors"]) == (
        "JOUR",
        TRIAL.title,
        ["Doe, J.", "Roe, A. B."],
    )
    assert (first["doi"], first["year"], first["notes"]) == ("10.1/x_y", "2021", ["PMID 77"])
    assert (second["type_of_reference"], second["authors"]) == ("GEN", ["Ward"])


def test_csl_json_holds_what_is_stated_and_nothing_else() -> None:
    assert json.loads(export([GUIDE], "csl-json")) == [
        {"id": "ref2", "type": "document", "title": "Sepsis", "author": [{"literal": "Ward"}], "note": "RETRACTED"}
    ]
    assert json.loads(export([TRIAL], "csl-json"))[0]["issued"] == {"date-parts": [[2021]]}


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json"])
def test_no_references_export_to_nothing_that_fails(form: str) -> None:
    assert export([], form).strip() in ("", "[]")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("types", "level"),
    [
        (["Journal Article", "Meta-Analysis", "Randomized Controlled Trial"], "systematic review"),
        (["Randomized Controlled Trial"], "randomised trial"),
        (["PRACTICE GUIDELINE", "Review"], "guideline"),
        (["Case Reports"], "case report"),
        (["Journal Article"], None),
        ([], None),
    ],
)
def test_the_strongest_publication_type_decides(types: list[str], level: str | None) -> None:
    assert evidence_level(types) == level


@pytest.mark.parametrize(("name", "begins"), [("a.bib", "@article{ref1"), ("a.RIS", "TY  - JOUR"), ("a.json", "[")])
def test_a_file_is_written_in_the_form_that_its_name_calls_for(tmp_path: Path, name: str, begins: str) -> None:
    write_references([TRIAL], tmp_path / name)
    assert (tmp_path / name).read_text().startswith(begins)


def test_a_file_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"references are written as \.bib"):
        write_references([TRIAL], tmp_path / "a.txt")
    assert list(tmp_path.glob("a*")) == []


def test_no_folder_is_made_for_references(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no folder .*nope; make it, or name another"):
        write_references([TRIAL], tmp_path / "nope" / "a.bib")
    assert not (tmp_path / "nope").exists()


def test_what_became_of_a_source_and_what_kind_of_evidence_it_is_go_with_it() -> None:
    doubted = TRIAL.model_copy(update={"corrections": ("ExpressionOfConcernIn",), "evidence_level": "randomised trial"})
    assert json.loads(export([doubted], "csl-json"))[0]["note"] == "OF CONCERN; Randomised trial; PMID 77"
