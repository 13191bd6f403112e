"""The nouns of the corpora: what a source is loaded into, and what is indexed and cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Biblio:
    """Where a text comes from, as far as its source says; empty means "not stated", never a guess.

    That goes for the title, too: a text is indexed under its title, and a number in its place would be searched for.
    """

    title: str
    year: int | None = None
    organisation: str | None = None
    journal: str | None = None
    authors: tuple[str, ...] = ()
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    url: str | None = None
    licence: str | None = None
    language: str | None = None
    publication_types: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    retracted: bool = False
    corrections: tuple[str, ...] = ()
    """What has been published about the text since, in NLM's words: ``ErratumIn``, ``ExpressionOfConcernIn``."""
    note: str | None = None
    """One sentence a reader of the reference must know, such as "a summary of the guideline"."""


@dataclass(frozen=True, slots=True)
class Section:
    """One stretch of a document's text under one heading path.

    Attributes:
        heading: headings from the outermost to the innermost, without the document's own title.
        start: first character of the body in ``Document.text``, 0-based.
        end: one past the last character.
    """

    heading: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """A source as loaded: a guideline section, a PubMed record, a textbook module, a file of one's own.

    Attributes:
        id: unique over all corpora and stable over rebuilds, ``<corpus>:<local id>``.
        text: the whole readable text; every offset of its passages points into it.
        sections: in reading order, not overlapping; a document without headings has one.
    """

    id: str
    corpus: str
    biblio: Biblio
    text: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed, retrieved and cited: ``document.text[start:end] == text``.

    Attributes:
        id: ``<document id>#<ordinal>``, so the same source gives the same ids on every machine.
        ordinal: position within the document, counted from 0.
        same_as: ids of passages of other documents that say the same in the same words; known in an index.
    """

    id: str
    document_id: str
    corpus: str
    ordinal: int
    heading: tuple[str, ...]
    text: str
    start: int
    end: int
    biblio: Biblio = field(repr=False)
    same_as: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Title and headings down to the text; empty where the source has none."""
        return heading_path(self.biblio.title, self.heading)

    @property
    def source_name(self) -> str:
        """What a reference calls the document: its title, or its id where the source states none."""
        return self.biblio.title or self.document_id

    @property
    def contents(self) -> str:
        """What is indexed: title, heading path and text, so that a bare table still says what it is about."""
        path = self.path
        return f"{path}\n{self.text}" if path else self.text


def heading_path(title: str, heading: Iterable[str]) -> str:
    """Where a text stands in its document, from the title inwards."""
    return " > ".join([title, *heading] if title else heading)


@dataclass(frozen=True, slots=True)
class CorpusInfo:
    """What a source says about itself as a whole.

    Attributes:
        name: the corpus' name, also the prefix of its document ids.
        version: identifies the content, so that an unchanged source is recognised.
        licence: the licence under which its text is used.
        description: one line for ``wardround corpus list``.
    """

    name: str
    version: str
    licence: str
    description: str
