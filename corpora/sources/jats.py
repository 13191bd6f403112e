"""Journal articles in JATS, the XML of PubMed Central, one document each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wardround.corpora.archives import Member, members
from wardround.corpora.licences import licence_name
from wardround.corpora.mathml import local_name
from wardround.corpora.plaintext import one_line
from wardround.corpora.quarantine import BadRecord, OnBadRecord, refuse
from wardround.corpora.records import Biblio, CorpusInfo, Document
from wardround.corpora.sources.jats_text import article_text
from wardround.corpora.xml_text import inline_text, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

READER = 2
# The year an article is known by: first of an issue, then of the collection, then online.
_DATE_ORDER = ("ppub", "collection", "epub", "pub", "")
_XLINK = "{http://www.w3.org/1999/xlink}href"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


class JatsArticles:
    """Full articles from ``.xml`` or ``.nxml`` files.

    Args:
        path: a folder, or a tar archive, which is read and never unpacked.
        name: name of the corpus; document ids are ``<name>:<PMC id, or DOI, or file name>``.
        on_bad: receives files that cannot be used; by default the first stops the reading.
    """

    def __init__(self, path: Path, name: str = "pmc", on_bad: OnBadRecord = refuse) -> None:
        self._path = path
        self._name = name
        self._on_bad = on_bad

    def describe(self) -> CorpusInfo:
        """The corpus; its version is a digest of all files. Each article names its own licence."""
        digest = hashlib.sha256(f"jats {READER}".encode())
        for member in members(self._path, _wanted, self._on_bad):
            digest.update(f"\n{member.name}\n".encode() + member.data)
        return CorpusInfo(self._name, digest.hexdigest()[:16], "by article", f"Articles in JATS from {self._path.name}")

    def documents(self) -> Iterator[Document]:
        """One document for each article with text.

        Raises:
            CorpusError: there is no such folder or archive; or, without ``on_bad``, a file cannot be used.
        """
        seen: set[str] = set()
        for member in members(self._path, _wanted, self._on_bad):
            try:
                document = self._document(member)
                if document.id in seen:
                    raise ValueError(f"the article {document.id} was read before")
            except ValueError as error:
                self._on_bad(BadRecord(str(self._path), member.name, str(error)))
                continue
            seen.add(document.id)
            yield document

    def _document(self, member: Member) -> Document:
        article = parse_xml(member.data)
        if local_name(article) != "article":
            article = next((one for one in article.iter() if local_name(one) == "article"), article)
        meta = article.find("front/article-meta")
        if meta is None:
            raise ValueError("no article with front/article-meta in it")
        biblio = _biblio(article, meta)
        laid_out = article_text(article)
        if not laid_out.sections:
            raise ValueError("the article has no text")
        identifier = biblio.pmcid or biblio.doi or Path(member.name).stem
        return Document(f"{self._name}:{identifier}", self._name, biblio, laid_out.text, laid_out.sections)


def _wanted(name: str) -> bool:
    return name.lower().endswith((".xml", ".nxml"))


def _biblio(article: _Element, meta: _Element) -> Biblio:
    ids = {one.get("pub-id-type", ""): inline_text(one) for one in meta.iterfind("article-id")}
    pmcid = ids.get("pmc") or ids.get("pmcid")
    if pmcid and pmcid.isdecimal():
        pmcid = f"PMC{pmcid}"
    doi = ids.get("doi")
    return Biblio(
        title=_first_words(meta, "title-group/article-title"),
        year=_year(meta),
        journal=_first_words(article, "front/journal-meta//journal-title") or None,
        authors=tuple(_authors(meta)),
        doi=doi,
        pmid=ids.get("pmid"),
        pmcid=pmcid,
        url=f"https://pmc.ncbi.nlm.nih.gov/articles/{pmcid}/" if pmcid else f"https://doi.org/{doi}" if doi else None,
        licence=_licence(meta),
        language="eng" if article.get(_LANGUAGE, "en").startswith("en") else article.get(_LANGUAGE),
        publication_types=_types(article),
    )


def _first_words(parent: _Element, path: str) -> str:
    found = parent.find(path)
    return inline_text(found, _without_notes).rstrip(".") if found is not None else ""


def _without_notes(node: _Element) -> str | None:
    return "" if local_name(node) in ("xref", "fn") else None


def _year(meta: _Element) -> int | None:
    years: dict[str, int] = {}
    for date in meta.iterfind("pub-date"):
        year = (date.findtext("year") or "").strip()
        if year.isdecimal():
            years.setdefault(date.get("pub-type", date.get("date-type", "")), int(year))
    return next((years[kind] for kind in _DATE_ORDER if kind in years), next(iter(years.values()), None))


def _authors(meta: _Element) -> Iterator[str]:
    for author in meta.iterfind("contrib-group/contrib[@contrib-type='author']"):
        group = author.find("collab")
        family = author.find(".//surname")
        if family is not None:
            given = inline_text(names) if (names := author.find(".//given-names")) is not None else ""
            initials = "".join(part[0] for part in given.replace(".", " ").replace("-", " ").split())
            yield f"{inline_text(family)} {initials}".strip()
        elif group is not None:
            yield one_line(group.text or "") or inline_text(group)


def _licence(meta: _Element) -> str | None:
    """The licence's short name, from its address or from a link in its words."""
    for licence in meta.iterfind("permissions/license"):
        for node in licence.iter():
            for value in (node.get(_XLINK), node.get(_RDF), node.text):
                if value and (name := licence_name(value)):
                    return name
    return None


def _types(article: _Element) -> tuple[str, ...]:
    kind = article.get("article-type", "")
    return (kind.replace("-", " ").capitalize(),) if kind else ()
