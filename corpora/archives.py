"""Files inside a folder or an archive, read in place: nothing is unpacked and no link is followed."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from wardround.corpora.plaintext import one_line
from wardround.corpora.quarantine import BadRecord, OnBadRecord
from wardround.errors import CorpusError

LARGEST_MEMBER = 64_000_000
"""Bytes; a larger file inside is put aside."""

_UNNAMEABLE = "its name is not UTF-8, so that no reference can name it; rename it"


class Member(NamedTuple):
    """A file inside; ``name`` is its path there, with forward slashes."""

    name: str
    data: bytes


def members(path: Path, wanted: Callable[[str], bool], on_bad: OnBadRecord) -> Iterator[Member]:
    """The regular files of a folder or tar archive whose name is ``wanted``, ordered by name in a folder.

    Links, and files that are too large or whose name is not UTF-8, go to ``on_bad``; so does the rest of an archive
    that is cut off.

    Raises:
        CorpusError: there is no such folder or archive.
    """
    if path.is_dir():
        yield from _in_folder(path, wanted, on_bad)
    else:
        yield from _in_archive(path, wanted, on_bad)


def one_member(path: Path) -> Member:
    """A single file under its own name.

    Raises:
        CorpusError: it cannot be read, its name is not UTF-8, or it is larger than ``LARGEST_MEMBER``.
    """
    if not _is_nameable(str(path)):
        raise CorpusError(f"{_shown(str(path))}: {_UNNAMEABLE}")
    try:
        if path.stat().st_size > LARGEST_MEMBER:
            raise CorpusError(f"{path}: larger than {LARGEST_MEMBER} bytes")
        return Member(path.name, path.read_bytes())
    except OSError as error:
        raise CorpusError(f"{path}: {error.strerror or error}") from error


def _in_folder(path: Path, wanted: Callable[[str], bool], on_bad: OnBadRecord) -> Iterator[Member]:
    root = path.resolve()
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if not wanted(name) or file.is_dir():
            continue
        if not _is_nameable(name):
            on_bad(BadRecord(str(path), _shown(name), _UNNAMEABLE))
            continue
        try:
            if not file.resolve().is_relative_to(root):
                raise OSError("a link that leads out of the folder")
            if not file.is_file():
                raise OSError("not a regular file")
            if file.stat().st_size > LARGEST_MEMBER:
                raise OSError(f"larger than {LARGEST_MEMBER} bytes")
            yield Member(name, file.read_bytes())
        except OSError as error:
            on_bad(BadRecord(str(path), name, error.strerror or str(error)))


def _in_archive(path: Path, wanted: Callable[[str], bool], on_bad: OnBadRecord) -> Iterator[Member]:
    try:
        archive = tarfile.open(path, "r:*")  # noqa: SIM115  # closed below
    except (OSError, EOFError, tarfile.TarError) as error:
        reason = one_line(str(error).partition(":")[0])
        raise CorpusError(f"{path}: cannot be read ({reason}); it must be a folder or a tar archive") from error
    with archive:
        last = "its beginning"
        try:
            for member in archive:
                if not wanted(member.name) or member.isdir():
                    continue
                last = _shown(member.name)
                if not _is_nameable(member.name):
                    on_bad(BadRecord(str(path), last, _UNNAMEABLE))
                    continue
                if not member.isreg() or member.size > LARGEST_MEMBER:
                    reason = f"larger than {LARGEST_MEMBER} bytes" if member.isreg() else "a link or device"
                    on_bad(BadRecord(str(path), member.name, reason))
                    continue
                handle = archive.extractfile(member)
                if handle is not None:
                    yield Member(member.name, handle.read())
        except (OSError, EOFError, tarfile.TarError) as error:
            on_bad(
                BadRecord(
                    str(path), f"at {last}", f"cannot be read to its end ({one_line(str(error))}); fetch it again"
                )
            )


def _is_nameable(name: str) -> bool:
    """Whether a name can be written down; Python stands in for bytes that are not UTF-8 by characters that cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _shown(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")
