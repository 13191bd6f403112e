"""One large file from a server: resumed where it broke off, and in its place only when its checksum is right."""

from __future__ import annotations

import hashlib
import http.client
from collections.abc import Callable
from pathlib import Path

from wardround.corpora.fetching.polite_client import PoliteClient, RefusedError, shown
from wardround.errors import CorpusError, TransientBackendError
from wardround.files import flush_to_disk, write_atomically

_BLOCK = 1 << 18
_RANGE_NOT_SATISFIABLE = 416
_PARTIAL_CONTENT = 206

OnBytes = Callable[[int], None]
"""Called with the number of bytes that have arrived of the file so far."""


def download(client: PoliteClient, url: str, path: Path, md5: str, on_bytes: OnBytes = lambda done: None) -> bool:
    """Makes ``path`` the file at ``url``; False when it was that already.

    What has arrived lies in ``<path>.part`` and is continued, also by a later call. A checksum that is wrong twice in a
    row, the second time on a file fetched from its beginning, is the server's fault.

    Args:
        client: asks the server.
        url: of the file.
        path: where to; ``<path>.md5`` beside it holds its checksum.
        md5: the checksum the server publishes, 32 hexadecimal digits.
        on_bytes: is told of progress.

    Raises:
        BackendError: the server refuses, or stays busy or unreachable; what has arrived is kept.
        CorpusError: the file does not have the checksum.
        OSError: the disk is full or the folder cannot be written.
    """
    sidecar = path.with_name(f"{path.name}.md5")
    if path.is_file() and sidecar.is_file() and sidecar.read_text().strip() == md5:
        return False
    part = path.with_name(f"{path.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    for _ in range(2):
        _complete(client, url, part, on_bytes)
        if _md5(part) == md5:
            part.replace(path)
            write_atomically(sidecar, f"{md5}\n")
            return True
        part.unlink()
    raise CorpusError(f"{shown(url)} does not have the checksum {md5} that its server publishes: try again later")


def _complete(client: PoliteClient, url: str, part: Path, on_bytes: OnBytes) -> None:
    """Appends to ``part`` until the server has no more; each repetition that brings nothing counts as failed."""
    failures = 0
    while True:
        before = part.stat().st_size if part.is_file() else 0
        try:
            _append(client, url, part, before, on_bytes)
            return
        except TransientBackendError as error:
            arrived = part.stat().st_size if part.is_file() else 0
            failures = 0 if arrived > before else failures + 1
            if failures > client.max_retries:
                raise
            client.back_off(failures, error)


def _append(client: PoliteClient, url: str, part: Path, start: int, on_bytes: OnBytes) -> None:
    try:
        answer = client.open(url, start=start)
    except RefusedError as refusal:
        if refusal.status == _RANGE_NOT_SATISFIABLE and start:  # all of it is here, or of another file: md5 tells
            return
        raise
    with answer:
        continues = answer.status == _PARTIAL_CONTENT and _first_byte(answer) == start
        announced = answer.headers.get("Content-Length")
        done = start if continues else 0
        expected = done + int(announced) if announced is not None else None
        with part.open("ab" if continues else "wb") as handle:
            try:
                while block := answer.read(_BLOCK):
                    handle.write(block)
                    done += len(block)
                    on_bytes(done)
            except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
                raise TransientBackendError(f"{shown(url)} broke off after {done} bytes ({error})") from error
            finally:
                flush_to_disk(handle)
    if expected is not None and done != expected:
        raise TransientBackendError(f"{shown(url)} broke off after {done} of {expected} bytes")


def _first_byte(answer: http.client.HTTPResponse) -> int:
    """Of the range that is sent, from ``Content-Range: bytes 5-9/10``; -1 where it is not stated."""
    first = (answer.headers.get("Content-Range") or "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdecimal() else -1


def _md5(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
