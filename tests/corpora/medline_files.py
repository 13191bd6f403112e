"""PubMed files for tests, in NLM's form."""

import gzip
from pathlib import Path

ABSTRACT = "<Abstract><AbstractText>{text}</AbstractText></Abstract>"


def citation(
    pmid: int | str,
    text: str = "Found.",
    version: int = 1,
    revised: str = "2020-01-02",
    article: str = "",
    more: str = "",
) -> str:
    year, month, day = revised.split("-")
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>'
        f"<DateRevised><Year>{year}</Year><Month>{month}</Month><Day>{day}</Day></DateRevised>"
        "<Article><Journal><JournalIssue><PubDate><Year>2019</Year></PubDate></JournalIssue><Title>A journal</Title>"
        f"</Journal><ArticleTitle>Title {pmid}.</ArticleTitle>{ABSTRACT.format(text=text)}{article}</Article>"
        f"{more}</MedlineCitation></PubmedArticle>"
    )


def deletion(*pmids: int) -> str:
    inner = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in pmids)
    return f"<DeleteCitation>{inner}</DeleteCitation>"


def pubmed_set(*records: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n' + "\n".join(records) + "\n</PubmedArticleSet>\n"
    )


def write(path: Path, *records: str) -> Path:
    """The records as one file; compressed when its name says so."""
    data = pubmed_set(*records).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
