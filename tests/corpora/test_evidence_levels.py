"""What kind of evidence a source is, by what its index says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora.medline_files import citation, write
from tests.corpora.test_openstax import files, folder
from wardround.corpora.evidence_levels import LADDER, LEVELS, evidence_level
from wardround.corpora.sources.medline import MedlineFiles
from wardround.corpora.sources.openstax import OpenStaxBooks


def test_the_levels_from_the_strongest_to_the_weakest() -> None:
    assert LEVELS == (
        "guideline",
        "systematic review",
        "randomised trial",
        "trial, not stated to be randomised",
        "cohort study",
        "observational study",
        "case report",
        "textbook",
        "narrative review or opinion",
    )


def test_no_type_and_no_heading_stands_for_two_levels() -> None:
    types = [one for level in LADDER for one in level.publication_types]
    headings = [one for level in LADDER for one in level.headings]
    assert len(types) == len(set(types))
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize(
    ("types", "mesh", "level"),
    [
        (["Textbook"], [], "textbook"),
        (["Cohort Studies"], [], "cohort study"),
        (["Journal Article"], ["Humans", "Cohort Studies"], "cohort study"),
        (["Journal Article"], ["*Cohort Studies/trends"], "cohort study"),
        (["Observational Study"], ["Prospective Studies"], "cohort study"),
        (["Observational Study"], ["Humans"], "observational study"),
        (["Journal Article"], ["Retrospective Studies"], "observational study"),
        (["Randomized Controlled Trial"], ["Prospective Studies"], "randomised trial"),
        (["Review"], ["Cohort Studies"], "narrative review or opinion"),
        (["Case Reports"], ["Follow-Up Studies"], "case report"),
        (["Meta-Analysis", "Review"], ["Cohort Studies"], "systematic review"),
        (["Journal Article"], ["Cohort Effect", "Humans"], None),
    ],
)
def test_types_tell_first_and_headings_of_studies_that_have_no_type(
    types: list[str], mesh: list[str], level: str | None
) -> None:
    assert evidence_level(types, mesh) == level


def test_a_chapter_of_openstax_is_a_textbook(tmp_path: Path) -> None:
    (chapter,) = OpenStaxBooks([folder(tmp_path / "b", files())]).documents()
    assert evidence_level(chapter.biblio.publication_types, chapter.biblio.mesh) == "textbook"


def test_a_record_of_pubmed_that_is_filed_under_cohort_studies_is_one(tmp_path: Path) -> None:
    types = "<PublicationTypeList><PublicationType>Journal Article</PublicationType></PublicationTypeList>"
    headings = (
        '<MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Cohort Studies</DescriptorName></MeshHeading>'
        '<MeshHeading><DescriptorName MajorTopicYN="Y">Gout</DescriptorName><QualifierName MajorTopicYN="N">blood'
        "</QualifierName></MeshHeading></MeshHeadingList>"
    )
    (record,) = MedlineFiles([write(tmp_path / "a.xml", citation(1, article=types, more=headings))]).documents()
    assert record.biblio.mesh == ("Cohort Studies", "*Gout/blood")
    assert evidence_level(record.biblio.publication_types, record.biblio.mesh) == "cohort study"
