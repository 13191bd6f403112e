"""PubMed's baseline and daily update files, as NLM lays them out: a folder each, and a checksum beside each file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from wardround.corpora.fetching.download import download
from wardround.corpora.fetching.polite_client import PoliteClient, shown
from wardround.errors import CorpusError, InputError

Part = Literal["baseline", "updatefiles"]
"""NLM's folders: a whole year's baseline, and what was added, revised or deleted since, file by file."""

_NAME = re.compile(r'href="(pubmed\d\dn(\d{4,5})\.xml\.gz)"')
_CHECKSUM = re.compile(r"\b([0-9a-fA-F]{32})\b")
_RANGE = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


class Fetched(NamedTuple):
    """One file that is now here; ``is_new`` is False when it was before."""

    path: Path
    is_new: bool


def published_files(client: PoliteClient, base_url: str, part: Part) -> list[str]:
    """Names of the files on the server, the oldest first.

    Raises:
        BackendError: the server cannot be asked.
        CorpusError: its folder lists no file of PubMed.
    """
    url = f"{base_url.rstrip('/')}/{part}/"
    listing = client.read(url).decode("utf-8", "replace")
    names = sorted({(name, int(number)) for name, number in _NAME.findall(listing)}, key=lambda found: found[0])
    if not names:
        raise CorpusError(
            f"{shown(url)} lists no file named like pubmed26n0001.xml.gz: check retrieval.pubmed.files_url"
        )
    return [name for name, _ in names]


def chosen_files(names: Sequence[str], ranges: str | None) -> list[str]:
    """Those of ``names`` whose number lies in ``ranges``, such as ``1-20,1100``; all without ranges.

    Raises:
        InputError: the ranges are malformed, or no file has such a number.
    """
    if ranges is None:
        return list(names)
    wanted: set[int] = set()
    for written in ranges.split(","):
        found = _RANGE.fullmatch(written.strip())
        if not found or int(found[2] or found[1]) < int(found[1]):
            raise InputError(f"--files {ranges}: write numbers or ranges such as 1-20,1100")
        wanted.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    chosen = [name for name in names if int(name.partition("n")[2].partition(".")[0]) in wanted]
    if not chosen:
        raise InputError(f"--files {ranges}: the server has {names[0]} to {names[-1]}")
    return chosen


def fetch_files(
    client: PoliteClient,
    base_url: str,
    part: Part,
    names: Sequence[str],
    folder: Path,
    on_bytes: Callable[[str, int], None] = lambda name, done: None,
) -> Iterator[Fetched]:
    """Fetches the files one after another into ``folder/<part>``; those that are here already take one small request.

    Raises:
        BackendError: the server cannot be asked or refuses; what has arrived is kept, and the next call goes on.
        CorpusError: a file does not have its checksum, or has none.
    """
    for name in names:
        url = f"{base_url.rstrip('/')}/{part}/{name}"
        published = _CHECKSUM.search(client.read(f"{url}.md5").decode("ascii", "replace"))
        if published is None:
            raise CorpusError(f"{shown(url)}.md5 holds no MD5 checksum: try again later")
        path = folder / part / name
        is_new = download(client, url, path, published[1].lower(), lambda done, name=name: on_bytes(name, done))  # type: ignore[misc]
        yield Fetched(path, is_new)
