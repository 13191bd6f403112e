"""A record is found under what it is called, in whatever case and notation that is asked for."""

from __future__ import annotations

import pytest

from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.filter_terms import admits
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
