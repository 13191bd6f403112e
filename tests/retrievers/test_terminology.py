"""Terminologies as users have them: concepts with their synonyms, drugs with their brands."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from wardround.errors import InputError
from wardround.retrievers.settings import StageSettings
from wardround.retrievers.terminology import Concept, concept, drug, read_terminologies

DISEASES = [
    {"id": "D:1", "label": "gout", "parents": [], "synonyms": [["podagra", "EXACT"], ["arthritis", "BROAD"]]},
    {"name": "fever", "synonyms": ["pyrexia"]},
    {"name": "cough"},
]
DRUGS = [{"generic": "warfarin", "brands": ["coumadin", "jantoven"]}, {"generic": "aspirin"}]


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as file:
        file.write(text + "\n")
    return path


def test_both_forms_are_read_from_several_files(tmp_path: Path) -> None:
    files = [written(tmp_path / "diseases.jsonl.gz", DISEASES), written(tmp_path / "drugs.jsonl", DRUGS)]
    assert list(read_terminologies(files)) == [
        concept("gout", "podagra"),
        concept("fever", "pyrexia"),
        concept("cough"),
        drug("warfarin", "coumadin", "jantoven"),
        drug("aspirin"),
    ]


def test_a_brand_stands_for_the_generic_name_and_a_synonym_for_every_other() -> None:
    assert drug("warfarin", "coumadin") == Concept(("warfarin", "coumadin"), ("warfarin",))
    assert concept("gout", " podagra ", "", "gout") == Concept(("gout", "podagra"), ("gout", "podagra"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            '{"synonyms": []}',
            r"terms.jsonl:1: a row of a terminology needs a name \(or label\) and synonyms, or a generic",
        ),
        ('{"generic": 7, "brands": []}', "terms.jsonl:1: a row of a terminology needs"),
        ('["gout"]', "terms.jsonl:1: a row of a terminology needs"),
        ('{"name": "gout", "synonyms": [7]}', "terms.jsonl:1: synonyms are a list of texts, or of pairs"),
        ('{"name": "gout", "synonyms": "podagra"}', "terms.jsonl:1: synonyms are a list"),
        ('{"generic": "warfarin", "brands": "coumadin"}', "terms.jsonl:1: brands are a list of texts"),
        ('{"name": "gout"}\n{', "cannot be read as a terminology"),
    ],
)
def test_what_is_no_terminology_is_said(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "terms.jsonl").write_text(content)
    with pytest.raises(InputError, match=message):
        list(read_terminologies([tmp_path / "terms.jsonl"]))


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent cannot be read as a terminology"):
        list(read_terminologies([tmp_path / "absent"]))
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b'{"name": "gout"}')[:-9])
    with pytest.raises(InputError, match=r"cut\.gz cannot be read as a terminology"):
        list(read_terminologies([tmp_path / "cut.gz"]))


def test_a_setting_takes_one_file_or_several() -> None:
    assert StageSettings.model_validate({"synonyms": "a.jsonl"}).synonyms == (Path("a.jsonl"),)
    assert StageSettings.model_validate({"synonyms": ["a.jsonl", "b.jsonl"]}).synonyms == (
        Path("a.jsonl"),
        Path("b.jsonl"),
    )
