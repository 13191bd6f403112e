"""Chapters of online books among PubMed's records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora.medline_files import citation, write
from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import Biblio
from wardround.corpora.sources.medline import MedlineFiles

BOOK = """<Book><Publisher><PublisherName>University of Washington, Seattle</PublisherName></Publisher>
<BookTitle book="gene">GeneReviews<sup>®</sup></BookTitle><PubDate><Year>1993</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Adam</LastName><Initials>MP</Initials></Author></AuthorList></Book>"""
CHAPTER = """<PubmedBookArticle><BookDocument><PMID Version="1">{pmid}</PMID>
<ArticleIdList><ArticleId IdType="bookaccession">NBK1116</ArticleId><ArticleId IdType="doi">10.1/x</ArticleId>
</ArticleIdList>{book}{title}<Language>eng</Language>
<AuthorList Type="authors"><Author><LastName>Pagon</LastName><Initials>RA</Initials></Author></AuthorList>
<PublicationType UI="D016454">Review</PublicationType>
<Abstract><AbstractText Label="CLINICAL CHARACTERISTICS">Weakness.</AbstractText></Abstract>
<KeywordList Owner="NCBI"><Keyword>GBA</Keyword></KeywordList></BookDocument>
<PubmedBookData><PublicationStatus>ppublish</PublicationStatus></PubmedBookData></PubmedBookArticle>"""
TITLE = "<ArticleTitle book='gene' part='x'>A Disorder.</ArticleTitle>"


def test_a_chapter_is_a_document_that_names_its_book(tmp_path: Path) -> None:
    path = write(tmp_path / "efetch.xml", citation(1), CHAPTER.format(pmid=2, book=BOOK, title=TITLE))
    article, chapter = MedlineFiles([path]).documents()
    assert article.id == "pubmed:1"
    assert (chapter.id, chapter.text) == ("pubmed:2", "CLINICAL CHARACTERISTICS: Weakness.")
    assert chapter.biblio == Biblio(
        "A Disorder",
        year=1993,
        journal="GeneReviews®",
        authors=("Pagon RA",),
        doi="10.1/x",
        pmid="2",
        url="https://pubmed.ncbi.nlm.nih.gov/2/",
        language="eng",
        publication_types=("Review",),
    )


def test_a_whole_book_has_the_books_title(tmp_path: Path) -> None:
    path = write(tmp_path / "efetch.xml", CHAPTER.format(pmid=2, book=BOOK, title=""))
    assert next(MedlineFiles([path]).documents()).biblio.title == "GeneReviews®"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (CHAPTER.format(pmid=2, book="", title=TITLE), "no BookDocument with a Book in the record"),
        (CHAPTER.format(pmid="x", book=BOOK, title=TITLE), "the PMID is 'x', not a number"),
    ],
)
def test_a_chapter_without_book_or_number_is_put_aside(tmp_path: Path, record: str, reason: str) -> None:
    bad: list[BadRecord] = []
    path = write(tmp_path / "efetch.xml", record, citation(1))
    assert [document.id for document in MedlineFiles([path], bad.append).documents()] == ["pubmed:1"]
    assert [one.reason for one in bad] == [reason]


def test_a_withdrawn_chapter_is_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "efetch.xml",
        CHAPTER.format(pmid=2, book=BOOK, title=TITLE),
        citation(1),
        '<DeleteDocument><PMID Version="1">2</PMID></DeleteDocument>',
    )
    assert [document.id for document in MedlineFiles([path]).documents()] == ["pubmed:1"]
