"""JSON Lines files as checked rows, one after another."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from wardround.corpora.compressed import numbered_lines
from wardround.corpora.plaintext import one_line
from wardround.corpora.quarantine import BadRecord, OnBadRecord


class Row(BaseModel):
    """A row as a source declares it: types are strict, fields it does not name are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, populate_by_name=True)


R = TypeVar("R", bound=Row)


def rows(path: Path, model: type[R], on_bad: OnBadRecord) -> Iterator[R]:
    """The rows of a ``.jsonl`` or ``.jsonl.gz`` file in UTF-8; blank lines are passed over.

    To ``on_bad`` go lines that are no such row, files without rows, and the rest of a file that cannot be
    read to its end.

    Raises:
        CorpusError: the file cannot be opened.
    """
    lines = numbered_lines(path)
    number = 0
    any_row = False
    while True:
        try:
            line = next(lines)
        except StopIteration:
            if not any_row:
                on_bad(BadRecord(str(path), "the file", "it holds no rows"))
            return
        except (OSError, EOFError, zlib.error) as error:
            on_bad(BadRecord(str(path), f"after line {number}", f"cannot be read to its end ({error}); fetch it again"))
            return
        number = line.number
        if not line.data.strip():
            continue
        any_row = True
        try:
            if not line.whole:
                raise ValueError("the line is too long")
            yield model.model_validate(json.loads(line.data.decode("utf-8-sig" if number == 1 else "utf-8")))
        except (ValueError, RecursionError) as error:
            on_bad(BadRecord(str(path), f"line {number}", _reason(error)))


def digest_of(paths: Sequence[Path], what: str) -> str:
    """A version for the content of files read by ``what``, which names the reader and its settings."""
    digest = hashlib.sha256(what.encode())
    for path in paths:
        digest.update(f"\n{path.name}\n".encode())
        for line in numbered_lines(path):
            digest.update(line.data)
    return digest.hexdigest()[:16]


def _reason(error: ValueError | RecursionError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the row"
        return f"{field}: {first['msg']}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not valid JSON: {error.msg} at character {error.pos + 1}"
    return one_line(str(error)) or "nested too deeply"
