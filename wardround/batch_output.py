"""The file that a batch is written to: what it holds already, and for one process at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from wardround.batch import Asked
from wardround.errors import InputError
from wardround.files import exclusive_lock


@contextmanager
def written_alone(path: Path) -> Iterator[None]:
    """Keeps other processes from writing a batch to ``path`` during the block.

    Raises:
        InputError: another process is writing one there.
    """
    place = path.resolve()  # one file under two names is one file
    with exclusive_lock(place.with_name(f".{place.name}.lock")) as alone:
        if not alone:
            raise InputError(f"another batch is writing to {path}: wait for it or choose another file for --out")
        yield


def finished_lines(path: Path, under: str | None = None) -> dict[int, str]:
    """Line numbers and questions that ``path`` holds the outcome of; a line torn by a crash is cut off.

    Raises:
        InputError: the file holds something else, or what was searched for under another filter than ``under``.
    """
    if not path.exists():
        return {}
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    try:
        records = [json.loads(line) for line in whole.splitlines()]
        found = {int(record["line"]): str(record["question"]) for record in records}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is no output of a batch: choose another file for --out") from error
    other = next((record.get("filter") for record in records if record.get("filter") != under), under)
    if other != under:
        raise InputError(
            f"{path} was answered under another filter ({other or 'none'}): give that one, or another file for --out"
        )
    if len(whole) < len(raw):
        os.truncate(path, len(whole))
    return found


def without_finished(asked: Iterable[Asked], finished: dict[int, str], path: Path) -> Iterator[Asked]:
    """What is left to ask.

    Raises:
        InputError: a finished line was of another question, so the file belongs to another batch.
    """
    for one in asked:
        if one.line not in finished:
            yield one
        elif finished[one.line] != one.question:
            raise InputError(
                f"{path}, line {one.line} of the batch was another question: choose another file for --out"
            )


def flushed(file: IO[str]) -> Callable[[str], None]:
    """Writes lines to ``file`` so that each is on its way to disk before the next question ends."""

    def write(line: str) -> None:
        file.write(line + "\n")
        file.flush()

    return write
