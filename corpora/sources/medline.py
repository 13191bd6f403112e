"""The corpus ``pubmed``: citations with abstracts from NLM's own files, with all updates applied."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from wardround.corpora.layout import Layout
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document
from wardround.corpora.sources.medline_citation import Citation
from wardround.corpora.sources.medline_read import read_medline
from wardround.corpora.sources.medline_updates import issue_order, standings
from wardround.errors import CorpusError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CORPUS = "pubmed"
LICENCE = "Courtesy of the U.S. National Library of Medicine; abstracts may be under their publishers' copyright"
READER = 3
"""Raised whenever the same file gives other documents."""

_RETRACTIONS = ("RetractionIn", "RetractedandRepublishedIn")
# From the gravest down; the first that applies is put into words.
_NOTICES = {
    "RetractionIn": "Retracted",
    "RetractedandRepublishedIn": "Retracted and republished",
    "PartialRetractionIn": "Retracted in part",
    "ExpressionOfConcernIn": "The journal has expressed concern about this article",
    "CorrectedandRepublishedIn": "Corrected and republished",
    "ErratumIn": "A correction has been published",
    "UpdateIn": "An update has been published",
}
_PROBED = 1 << 16


class MedlineFiles:
    """PubMed's records, one document for each valid citation.

    Newer versions replace older ones and deleted citations are left out, in whatever order the files
    are given. Memory does not depend on the size of a file; deciding which of the records count
    takes 20 bytes for each.

    Args:
        paths: baseline, update and efetch files, ``.xml`` or ``.xml.gz``.
        on_bad: receives what cannot be read; by default the first stops the reading.
        titles: also gives citations that have no abstract; their text is the title.
    """

    def __init__(self, paths: Sequence[Path], on_bad: OnBadRecord = refuse, *, titles: bool = False) -> None:
        if not paths:
            raise CorpusError("pubmed: no files were given; name at least one .xml or .xml.gz file")
        self._paths = issue_order(list(dict.fromkeys(paths)))
        self._on_bad = on_bad
        self._titles = titles

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of the files' names, sizes, first and last bytes."""
        digest = hashlib.sha256(f"medline {READER} titles {self._titles}".encode())
        for path in self._paths:
            digest.update(f"\n{path.name} ".encode())
            digest.update(_probe(path))
        return CorpusInfo(CORPUS, digest.hexdigest()[:16], LICENCE, f"PubMed citations from {len(self._paths)} files")

    def documents(self) -> Iterator[Document]:
        """One document for each valid citation, from the oldest file to the newest.

        Raises:
            CorpusError: a file cannot be opened; or, without ``on_bad``, a record cannot be read.
        """
        for part in self.parts(1):
            yield from part.documents(self._on_bad)

    def parts(self, wanted: int) -> list[MedlinePart]:
        """Stretches of the files, from the oldest to the newest, each with what others say about its records."""
        stretches = -(-wanted // len(self._paths))
        return [
            MedlinePart(path, first, last, standing.superseded, self._titles)
            for path, standing in zip(self._paths, standings(self._paths), strict=True)
            for first, last in _stretches(standing.records, stretches)
        ]

    def put_aside(self, bad: BadRecord) -> None:
        """Takes a bad record of a part."""
        self._on_bad(bad)


@dataclass(frozen=True, slots=True)
class MedlinePart:
    """A stretch of a file.

    Attributes:
        path: of the file.
        first: ordinal of its first record.
        last: one past the ordinal of its last; None for the end of the file.
        superseded: ordinals of the file's records that no longer count.
        titles: whether citations without an abstract are given.
    """

    path: Path
    first: int
    last: int | None
    superseded: frozenset[int]
    titles: bool

    def documents(self, on_bad: OnBadRecord) -> Iterator[Document]:
        """One document for each of its citations that counts."""
        for entry in read_medline(self.path, on_bad, self.superseded, self.first, self.last):
            if isinstance(entry.content, Citation) and (entry.content.abstract or self.titles):
                yield citation_document(entry.content)


def _stretches(records: NDArray[np.uintc], wanted: int) -> list[tuple[int, int | None]]:
    """First and last of each stretch; the last has no end.

    Only good records are borders, so that a bad one before it belongs to one stretch.
    """
    starts = {int(records[len(records) * number // wanted]) for number in range(1, wanted) if len(records)}
    borders = [0, *sorted(starts - {0})]
    return [*pairwise(borders), (borders[-1], None)]


def citation_document(citation: Citation) -> Document:
    """The document of a citation: the abstract, each labelled part a paragraph; without one, the title."""
    layout = Layout()
    for label, text in citation.abstract:
        layout.paragraph(f"{label}: {text}" if label else text)
    if not citation.abstract:
        layout.paragraph(citation.title)
    text, sections = layout.build()
    return Document(f"{CORPUS}:{citation.pmid}", CORPUS, citation_biblio(citation), text, sections)


def citation_biblio(citation: Citation) -> Biblio:
    """What a reference to the citation shows and what search can filter on."""
    kinds = {link.kind for link in citation.links}
    retracted = "Retracted Publication" in citation.publication_types or not kinds.isdisjoint(_RETRACTIONS)
    return Biblio(
        title=citation.title,
        year=citation.published.year,
        journal=citation.journal or None,
        authors=citation.authors,
        doi=citation.doi or None,
        pmid=citation.pmid,
        pmcid=citation.pmcid or None,
        url=f"https://pubmed.ncbi.nlm.nih.gov/{citation.pmid}/",
        language=citation.languages[0] if citation.languages else None,
        publication_types=citation.publication_types,
        mesh=citation.mesh,
        retracted=retracted,
        corrections=tuple(kind for kind in _NOTICES if kind in kinds),
        note=_notice(citation, retracted),
    )


def _notice(citation: Citation, retracted: bool) -> str | None:
    """One sentence about the gravest thing published about the article since."""
    for kind, words in _NOTICES.items():
        for link in citation.links:
            if link.kind == kind:
                where = ", ".join(part for part in (link.source.rstrip("."), link.pmid and f"PMID {link.pmid}") if part)
                return f"{words}: {where}." if where else f"{words}."
    return "Retracted." if retracted else None


def _probe(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            first = handle.read(_PROBED)
            size = handle.seek(0, 2)
            handle.seek(max(0, size - _PROBED))
            return str(size).encode() + first + handle.read()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from error
