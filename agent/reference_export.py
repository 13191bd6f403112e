"""References for reference managers: BibTeX, RIS and CSL-JSON, each source once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from wardround.agent.citing.source_status import status_of
from wardround.agent.rendering import printable, printable_json
from wardround.errors import InputError
from wardround.files import write_atomically

if TYPE_CHECKING:
    from wardround.agent.answer import Reference

Form = Literal["bibtex", "ris", "csl-json"]

_FORMS: dict[str, Form] = {".bib": "bibtex", ".ris": "ris", ".json": "csl-json"}

_MOST_INITIALS = 4


def form_of(path: Path) -> Form:
    """The form that the file's name calls for.

    Raises:
        InputError: it ends in something else, or its folder is not there: a slip of the pen makes no folders.
    """
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}; make it, or name another")
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise InputError(f"{path}: references are written as .bib (BibTeX), .ris or .json (CSL-JSON); name such a file")
    return form


def write_references(references: Sequence[Reference], path: Path) -> None:
    """Writes the documents behind ``references`` to ``path`` in the form that its name calls for, in one step.

    Raises:
        InputError: its name calls for none.
    """
    write_atomically(path, export(references, form_of(path)))


def export(references: Sequence[Reference], form: Form) -> str:
    """The documents behind ``references`` in the order of their numbers.

    BibTeX is written by ``bibtexparser``, RIS by ``rispy``; CSL-JSON is plain JSON.
    """
    firsts: dict[str, Reference] = {}
    for reference in references:
        firsts.setdefault(reference.document_id, reference)
    sources = list(firsts.values())
    if form == "csl-json":
        return printable_json(_csl_json(sources))
    return printable(_bibtex(sources) if form == "bibtex" else _ris(sources))


def _bibtex(sources: Sequence[Reference]) -> str:
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.middlewares import LatexEncodingMiddleware
    from bibtexparser.model import Block, Entry, Field

    entries: list[Block] = []
    for source in sources:
        fields = {
            "title": source.title,
            "author": " and ".join(_in_bibtex(one) for one in _authors(source)),
            "journal": source.journal,
            "year": str(source.year) if source.year else None,
            "doi": source.doi,
            "url": source.url,
            "note": "; ".join(_notes(source)),
        }
        kind = "article" if source.journal else "misc"
        stated = [Field(name, value) for name, value in fields.items() if value]
        entries.append(Entry(kind, f"ref{source.number}", stated))
    return str(write_string(Library(entries), prepend_middleware=[LatexEncodingMiddleware()]))


def _ris(sources: Sequence[Reference]) -> str:
    import rispy

    entries = []
    for source in sources:
        fields = {
            "type_of_reference": "JOUR" if source.journal else "GEN",
            "title": source.title,
            "authors": [one.inverted for one in _authors(source)],
            "journal_name": source.journal,
            "year": str(source.year) if source.year else None,
            "doi": source.doi,
            "urls": [source.url] if source.url else None,
            "notes": list(_notes(source)),
        }
        entries.append({name: value for name, value in fields.items() if value})
    return str(rispy.dumps(entries, implementation=_unnumbered(rispy.RisWriter)))


def _unnumbered(writer: type[Any]) -> type[Any]:
    """``rispy`` numbers its records by a line before each, which the format does not know."""

    def no_header(self: Any, count: int) -> str:
        return ""

    return type("Unnumbered", (writer,), {"set_header": no_header})


def _csl_json(sources: Sequence[Reference]) -> str:
    items: list[dict[str, Any]] = []
    for source in sources:
        fields = {
            "id": f"ref{source.number}",
            "type": "article-journal" if source.journal else "document",
            "title": source.title,
            "author": [_in_csl(one) for one in _authors(source)],
            "container-title": source.journal,
            "issued": {"date-parts": [[source.year]]} if source.year else None,
            "DOI": source.doi,
            "PMID": source.pmid,
            "URL": source.url,
            "note": "; ".join(_notes(source)),
        }
        items.append({name: value for name, value in fields.items() if value})
    return json.dumps(items, indent=2, ensure_ascii=False) + "\n"


class _Author(NamedTuple):
    """A person by family name and initials ("J. M."), or a name that is given whole, without initials."""

    name: str
    initials: str = ""

    @property
    def inverted(self) -> str:
        """As lists of authors have it."""
        return f"{self.name}, {self.initials}" if self.initials else self.name


def _authors(source: Reference) -> list[_Author]:
    """The authors, or the organisation in their place."""
    if source.authors:
        return [_author(name) for name in source.authors]
    return [_Author(source.organisation)] if source.organisation else []


def _author(name: str) -> _Author:
    """Bibliographies of articles have "Family JM"; whatever else stands there, such as a group, is given whole."""
    family, _, last = name.rpartition(" ")
    is_person = family and last.isalpha() and last.isupper() and len(last) <= _MOST_INITIALS
    return _Author(family, " ".join(f"{one}." for one in last)) if is_person else _Author(name)


def _in_bibtex(author: _Author) -> str:
    """In braces what is no person, or "Health and Care" would be read as two authors."""
    return author.inverted if author.initials else "{" + author.name + "}"


def _in_csl(author: _Author) -> dict[str, str]:
    return {"family": author.name, "given": author.initials} if author.initials else {"literal": author.name}


def _notes(source: Reference) -> Iterator[str]:
    if status := status_of(source):
        yield status
    if source.evidence_level:
        yield source.evidence_level.capitalize()
    if source.pmid:
        yield f"PMID {source.pmid}"
    if source.note:
        yield source.note
