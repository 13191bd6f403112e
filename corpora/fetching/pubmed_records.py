"""Single PubMed records by number or by query, through NLM's E-utilities."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wardround.corpora.fetching.polite_client import PoliteClient
from wardround.errors import BackendError, InputError, TransientBackendError
from wardround.files import write_atomically

RATE_WITHOUT_KEY, RATE_WITH_KEY = 3.0, 10.0
"""Requests a second that NLM allows."""

_MOST_IDS = 9_999  # esearch shows no more of PubMed, whatever is asked for
_BATCH = 200
_FIRST_DAY = date(1780, 1, 1)
_END = re.compile(rb"</PubmedArticleSet>\s*\Z")
_PMID = re.compile(rb"<(?:MedlineCitation|BookDocument)\b[^>]*>\s*<PMID\b[^>]*>(\d+)</PMID>")


@dataclass(frozen=True, slots=True)
class Eutils:
    """NLM's E-utilities, with the names by which NLM wants to know who asks.

    Attributes:
        client: asks them, no faster than NLM allows.
        url: of the folder of programs, such as ``https://eutils.ncbi.nlm.nih.gov/entrez/eutils``.
        email: of the person who asks, if given.
        api_key: raises NLM's limit, if given; it is sent and never shown.
    """

    client: PoliteClient
    url: str
    email: str | None = None
    api_key: str | None = None

    def ask(self, program: str, **form: str) -> bytes:
        """The answer of ``esearch`` or ``efetch`` about PubMed.

        Raises:
            BackendError: NLM's server refuses, or stays busy or unreachable.
        """
        identity = {"email": self.email or "", "api_key": self.api_key or ""}
        known = {name: value for name, value in identity.items() if value}
        return self.client.read(
            f"{self.url.rstrip('/')}/{program}.fcgi", {"db": "pubmed", "tool": "wardround", **known, **form}
        )


class Batch(NamedTuple):
    """One file of records; ``missing`` are the numbers that NLM gave no record for, ``done`` counts all so far."""

    path: Path
    done: int
    missing: tuple[str, ...]


class _Found(BaseModel):
    model_config = ConfigDict(extra="ignore")

    count: int
    ids: list[str] = Field(validation_alias="idlist")


def search(eutils: Eutils, query: str, today: date | None = None) -> list[str]:
    """PMIDs of all records that PubMed finds for ``query``, ascending; more than 9999 by dividing the time.

    Raises:
        InputError: nothing is found.
        BackendError: NLM's server refuses or answers with something else.
    """
    today = today or datetime.now(UTC).date()
    found: set[str] = set()
    spans = [(_FIRST_DAY, today + timedelta(days=366))]
    while spans:
        first, last = spans.pop()
        answer = _searched(eutils, query, first, last)
        if answer.count > _MOST_IDS and first < last:
            middle = first + (last - first) // 2
            spans += [(first, middle), (middle + timedelta(days=1), last)]
        elif len(answer.ids) < answer.count:
            raise BackendError(f"PubMed shows {len(answer.ids)} of {answer.count} records of {first}: narrow the query")
        else:
            found.update(answer.ids)
    if not found:
        raise InputError(f"PubMed finds nothing for {query!r}")
    return sorted(found, key=int)


def fetch_records(eutils: Eutils, pmids: Sequence[str], folder: Path) -> Iterator[Batch]:
    """Fetches records in files of 200 into ``folder``; files that are there already are not asked for again.

    Raises:
        BackendError: NLM's server refuses, stays busy, or cuts every answer short.
    """
    for first in range(0, len(pmids), _BATCH):
        batch = pmids[first : first + _BATCH]
        digest = hashlib.sha256(",".join(batch).encode()).hexdigest()[:12]
        path = folder / f"efetch-{batch[0]}-{batch[-1]}-{digest}.xml"
        if not path.is_file():
            write_atomically(path, _whole_set(eutils, batch))
        here = {number.decode() for number in _PMID.findall(path.read_bytes())}
        yield Batch(path, first + len(batch), tuple(number for number in batch if number not in here))


def pmids_in(text: str) -> list[str]:
    """PMIDs of a file, separated by blanks, commas or line ends; ascending, each once.

    Raises:
        InputError: it holds something else, or nothing.
    """
    words = re.split(r"[\s,;]+", text.strip())
    for word in words:
        if not re.fullmatch(r"\d{1,9}", word):
            raise InputError(f"{word[:40]!r} is no PMID: a file of PMIDs holds numbers of up to nine digits")
    return sorted({str(int(word)) for word in words}, key=int)


def _searched(eutils: Eutils, query: str, first: date, last: date) -> _Found:
    raw = eutils.ask(
        "esearch",
        term=query,
        retmode="json",
        retmax=str(_MOST_IDS),
        datetype="edat",
        mindate=f"{first:%Y/%m/%d}",
        maxdate=f"{last:%Y/%m/%d}",
    )
    try:
        return _Found.model_validate(json.loads(raw)["esearchresult"])
    except (ValueError, KeyError, TypeError, ValidationError, RecursionError) as error:
        said = " ".join(raw[:200].decode("utf-8", "replace").split())
        raise BackendError(f"PubMed's search answers with something else than a result: {said}") from error


def _whole_set(eutils: Eutils, batch: Sequence[str]) -> bytes:
    for attempt in range(eutils.client.max_retries + 1):
        answer = eutils.ask("efetch", id=",".join(batch), retmode="xml")
        if _END.search(answer):
            return answer
        eutils.client.back_off(attempt, TransientBackendError("an answer was cut short"))
    raise BackendError(f"PubMed cuts its answer about {batch[0]} to {batch[-1]} short every time: try again later")
