"""What other frameworks get to know about a hit beside its text."""

from __future__ import annotations

from wardround.corpora.evidence_levels import evidence_level
from wardround.retrievers.protocols import Hit

Value = str | int | float | bool | list[str]


def metadata_of(hit: Hit) -> dict[str, Value]:
    """Flat JSON values; what the source does not state is left out."""
    passage, biblio = hit.passage, hit.passage.biblio
    stated: dict[str, Value | None] = {
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "corpus": passage.corpus,
        "title": biblio.title or None,
        "heading": list(passage.heading),
        "year": biblio.year,
        "organisation": biblio.organisation,
        "journal": biblio.journal,
        "doi": biblio.doi,
        "pmid": biblio.pmid,
        "url": biblio.url,
        "publication_types": list(biblio.publication_types),
        "evidence_level": evidence_level(biblio.publication_types, biblio.mesh),
        "retracted": biblio.retracted,
        "start": passage.start,
        "end": passage.end,
        "rank": hit.rank,
        "score": hit.score,
        "retriever": hit.retriever,
    }
    return {name: value for name, value in stated.items() if value is not None and value != []}
