"""A record is found under what it is called, in whatever case and notation that is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora.medline_files import citation, write
from tests.corpora.test_openstax import files, folder
from wardround.corpora.records import Biblio, Passage
from wardround.corpora.sources.medline import MedlineFiles
from wardround.corpora.sources.openstax import OpenStaxBooks
from wardround.retrievers.filter_terms import admits
from wardround.retrievers.filters import parsed_filter
from wardround.retrievers.protocols import EVERYWHERE, Where

BIBLIO = Biblio(
    "T",
    year=2019,
    journal="The New England journal of medicine",
    language="en-GB",
    publication_types=("Journal Article", "Clinical Trial, Phase II"),
    mesh=("*Low Back Pain/diagnosis/etiology/therapy", "Humans"),
)
PASSAGE = Passage("p:1#0", "p:1", "p", 0, (), "Text.", 0, 5, BIBLIO)


@pytest.mark.parametrize(
    "where",
    [
        EVERYWHERE,
        Where(mesh=("Low Back Pain",)),
        Where(mesh=("low back pain/Therapy",)),
        Where(mesh=("*Low Back Pain/diagnosis/etiology/therapy",)),
        Where(journals=("New England Journal of Medicine",)),
        Where(languages=("eng",)),
        Where(languages=("English",)),
        Where(publication_types=("clinical trial, phase ii",)),
        Where(evidence=("trial, not stated to be randomised",)),
        Where(mesh=("Humans",), year_from=2019, corpora=("p",), retracted=False, passage_ids=("p:1#0",)),
    ],
)
def test_what_fulfils_a_filter_is_admitted(where: Where) -> None:
    assert admits(where, PASSAGE)


@pytest.mark.parametrize(
    "where",
    [
        Where(mesh=("Low Back",)),
        Where(mesh=("Low Back Pain/surgery",)),
        Where(mesh=("therapy",)),
        Where(journals=("England",)),
        Where(languages=("fre",)),
        Where(publication_types=("Clinical Trial",)),
        Where(evidence=("randomised trial",)),
        Where(corpora=("P",)),
        Where(mesh=("Humans",), year_from=2020),
        Where(retracted=True),
        Where(passage_ids=("p:1#1",)),
    ],
)
def test_what_does_not_is_left_out(where: Where) -> None:
    assert not admits(where, PASSAGE)


def test_a_chapter_of_openstax_and_a_cohort_of_pubmed_are_found_by_their_level(tmp_path: Path) -> None:
    (chapter,) = OpenStaxBooks([folder(tmp_path / "b", files())]).documents()
    heading = (
        "<MeshHeadingList><MeshHeading><DescriptorName>Cohort Studies</DescriptorName></MeshHeading></MeshHeadingList>"
    )
    (record,) = MedlineFiles([write(tmp_path / "a.xml", citation(1, more=heading))]).documents()
    for document, level, other in ((chapter, "textbook", "cohort"), (record, "cohort", "textbook")):
        passage = Passage("d#0", "d", "d", 0, (), document.text, 0, len(document.text), document.biblio)
        assert admits(parsed_filter([f"evidence={level}"]), passage)
        assert not admits(parsed_filter([f"evidence={other}"]), passage)
