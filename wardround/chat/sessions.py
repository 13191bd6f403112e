"""Conversations kept on disk, one file each, readable by their owner only.

A file holds one exchange a line, as JSON. An exchange is written with a single append and flushed to disk, so a
crash costs at most the line being written; such a torn last line is cut off when the session is opened again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from wardround.agent.answer import Answer
from wardround.agent.records import Turn
from wardround.chat.attachments import with_quotes_only
from wardround.errors import InputError, StoreError
from wardround.files import exclusive_lock, flush_folder, write_atomically

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUFFIX = ".jsonl"
ATTACHED_SUFFIX = ".attached"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer; ``asked_at`` is local time in ISO 8601."""

    asked_at: str
    answer: Answer

    def as_turn(self) -> Turn:
        """The exchange as later questions may refer to it."""
        said = " ".join(claim.text for claim in self.answer.claims)
        cited = tuple(reference.passage_id for reference in self.answer.references)
        return Turn(question=self.answer.standalone_question, answer=said, passage_ids=cited)


@dataclass(frozen=True, slots=True)
class Summary:
    """One line about a session."""

    name: str
    exchanges: int
    changed_at: datetime


class Session:
    """An open conversation, held by this process alone."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._exchanges = _read_repaired(path) if path.exists() else []

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What was asked and answered so far, oldest first."""
        return tuple(self._exchanges)

    def append(self, exchange: Exchange) -> None:
        """Keeps one more exchange; it is on disk when the call returns.

        On disk, attached documents keep only the words that the answer quotes, unless they are remembered.

        Raises:
            StoreError: it could not be written whole; the file is as it was.
        """
        line = _line(exchange, whole=bool(self.attachments))
        is_new = not self._path.exists()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
        try:
            _write_whole(descriptor, line)
        except OSError as error:
            raise StoreError(f"{self._path}: the exchange could not be kept, the file is as it was: {error}") from error
        finally:
            os.close(descriptor)
        if is_new:
            flush_folder(self._path.parent)
        self._exchanges.append(exchange)

    def drop_last(self) -> None:
        """Forgets the last exchange, on disk too."""
        kept = self._exchanges[:-1]
        whole = bool(self.attachments)
        write_atomically(self._path, b"".join(_line(one, whole=whole) for one in kept), mode=_OWNER_ONLY)
        self._exchanges = kept

    @property
    def attachments(self) -> tuple[Path, ...]:
        """Files and folders that are attached again when the session is resumed."""
        path = self._attachments_file()
        return tuple(Path(line) for line in path.read_text("utf-8").splitlines()) if path.exists() else ()

    def remember_attachments(self, paths: Sequence[Path]) -> None:
        """Keeps the places of attached documents with the session, and from now on what is cited of them."""
        lines = "".join(f"{path}\n" for path in paths)
        write_atomically(self._attachments_file(), lines, mode=_OWNER_ONLY)

    def _attachments_file(self) -> Path:
        return self._path.with_suffix(ATTACHED_SUFFIX)


class SessionFolder:
    """All conversations of one user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.expanduser() / "sessions"

    @contextmanager
    def open(self, name: str) -> Iterator[Session]:
        """The session of that name, new or resumed, until the block ends.

        Raises:
            InputError: not a name, open in another terminal, or a line of its file cannot be read.
        """
        checked_name(name)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with exclusive_lock(self._lock_of(name)) as alone:
            if not alone:
                raise InputError(f"the session {name!r} is open in another terminal: close it there or choose another")
            yield Session(name, self._folder / f"{name}{_SUFFIX}")

    @contextmanager
    def begin(self, now: datetime) -> Iterator[Session]:
        """A new session named after the time, such as ``2026-11-22-1405``, until the block ends.

        A name is taken by a session on disk, and by one that another terminal has begun and asked nothing in yet.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stem = now.strftime("%Y-%m-%d-%H%M")
        for number in count(1):
            name = stem if number == 1 else f"{stem}-{number}"
            with exclusive_lock(self._lock_of(name)) as alone:
                if alone and not self.exists(name):
                    yield Session(name, self._folder / f"{name}{_SUFFIX}")
                    return

    def exists(self, name: str) -> bool:
        """Whether there is something to resume under this name."""
        return bool(_NAME.fullmatch(name)) and (self._folder / f"{name}{_SUFFIX}").is_file()

    def rename(self, session: Session, name: str) -> None:
        """Gives the files of a session that is held here, and not open, another name.

        Raises:
            InputError: not a name, or there is such a session already.
        """
        checked_name(name)
        if self.exists(name):
            raise InputError(f"there is a session {name!r} already: choose another name")
        for suffix in (_SUFFIX, ATTACHED_SUFFIX):
            source = self._folder / f"{session.name}{suffix}"
            if source.exists():
                source.replace(self._folder / f"{name}{suffix}")
        flush_folder(self._folder)

    def remove(self, name: str) -> None:
        """Deletes a session from disk.

        Raises:
            InputError: there is none of that name, or it is open in another terminal.
        """
        if not self.exists(name):
            raise InputError(f"there is no session {name!r}; `wardround sessions list` names them")
        lock = self._lock_of(name)
        with exclusive_lock(lock) as alone:
            if not alone:
                raise InputError(f"the session {name!r} is open in another terminal: close it there first")
            for suffix in (_SUFFIX, ATTACHED_SUFFIX):
                (self._folder / f"{name}{suffix}").unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
        flush_folder(self._folder)

    def forget_lines(self) -> None:
        """Deletes the history of typed lines."""
        (self._folder / ".lines").unlink(missing_ok=True)

    def read(self, name: str) -> list[Exchange]:
        """The exchanges of a session, which may be open elsewhere; nothing is repaired.

        Raises:
            InputError: there is none of that name, or a line of its file cannot be read.
        """
        if not self.exists(name):
            raise InputError(f"there is no session {name!r}; `wardround sessions list` names them")
        path = self._folder / f"{name}{_SUFFIX}"
        whole, _, _ = path.read_bytes().rpartition(b"\n")
        return [_exchange(line, path, number) for number, line in enumerate(whole.splitlines(), start=1)]

    def _lock_of(self, name: str) -> Path:
        return self._folder / f".{name}.lock"

    def summaries(self) -> list[Summary]:
        """Every session, the one used last first."""
        files = self._folder.glob(f"*{_SUFFIX}") if self._folder.is_dir() else ()
        found = [
            Summary(
                path.stem, path.read_bytes().count(b"\n"), datetime.fromtimestamp(path.stat().st_mtime).astimezone()
            )
            for path in files
        ]
        return sorted(found, key=lambda one: (-one.changed_at.timestamp(), one.name))

    def line_history(self) -> Path:
        """The file of lines typed at the prompt, readable by its owner only."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / ".lines"
        path.touch(mode=_OWNER_ONLY)
        return path


def checked_name(name: str) -> None:
    """Passes when ``name`` can be a session's.

    Raises:
        InputError: it cannot; says what can.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} is not a session name: use letters, digits, '.', '_' and '-', at most 64")


def _line(exchange: Exchange, *, whole: bool) -> bytes:
    answer = exchange.answer if whole else with_quotes_only(exchange.answer)
    record = {"asked_at": exchange.asked_at, "answer": answer.model_dump(mode="json")}
    return json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"


def _write_whole(descriptor: int, line: bytes) -> None:
    """Appends the line and flushes it to disk; when that fails, no part of it stays behind.

    One call may write less than it is given, such as on a disk that is nearly full.
    """
    size = os.fstat(descriptor).st_size
    rest = memoryview(line)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _read_repaired(path: Path) -> list[Exchange]:
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    return [_exchange(line, path, number) for number, line in enumerate(whole.splitlines(), start=1)]


def _exchange(line: bytes, path: Path, number: int) -> Exchange:
    try:
        record = json.loads(line)
        return Exchange(str(record["asked_at"]), Answer.model_validate(record["answer"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path}, line {number}: not an exchange of a chat; remove the line or the file") from error
