"""The file that a batch is written to: what it holds already, for one process at a time, in the order of the batch."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import IO

from wardround.batch import Asked
from wardround.errors import InputError
from wardround.files import exclusive_lock, write_atomically


@dataclass(frozen=True, slots=True)
class Finished:
    """What is not asked again.

    Attributes:
        questions: by their line of the batch.
        failed: how many of them have no answer.
    """

    questions: Mapping[int, str]
    failed: int


@contextmanager
def written_alone(path: Path) -> Iterator[None]:
    """Keeps other processes from writing a batch to ``path`` during the block.

    Raises:
        InputError: another process is writing one there, or its folder is not there.
    """
    place = path.resolve()  # one file under two names is one file
    if not place.parent.is_dir():
        raise InputError(f"{path}: there is no folder {place.parent}; make it, or name another for --out")
    with exclusive_lock(place.with_name(f".{place.name}.lock")) as alone:
        if not alone:
            raise InputError(f"another batch is writing to {path}: wait for it or choose another file for --out")
        yield


def finished_lines(path: Path, under: str | None = None, *, retry_failed: bool = False) -> Finished:
    """What ``path`` holds the outcome of.

    A line torn by a crash is cut off, and an outcome behind others takes the place of the failure it replaces.

    Args:
        path: of the output.
        under: the filter that the batch is searched under, in words.
        retry_failed: leave out lines without an answer, so that they are asked again.

    Raises:
        InputError: the file holds something else, or what was searched for under another filter than ``under``.
    """
    if not path.exists():
        return Finished({}, 0)
    raw = path.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    lines = whole.splitlines(keepends=True)
    try:
        records = [json.loads(line) for line in lines]
        places = {int(record["line"]): place for place, record in enumerate(records)}
        questions = {line: str(records[place]["question"]) for line, place in places.items()}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is no output of a batch: choose another file for --out") from error
    other = next((record.get("filter") for record in records if record.get("filter") != under), under)
    if other != under:
        raise InputError(
            f"{path} was answered under another filter ({other or 'none'}): give that one, or another file for --out"
        )
    in_order = [lines[places[line]] for line in sorted(places)]
    if in_order != lines:
        write_atomically(path.resolve(), b"".join(in_order), mode=S_IMODE(path.stat().st_mode))
    elif len(whole) < len(raw):
        os.truncate(path, len(whole))
    failed = {line for line, place in places.items() if "error" in records[place]}
    if retry_failed:
        return Finished({line: question for line, question in questions.items() if line not in failed}, 0)
    return Finished(questions, len(failed))


def put_in_order(path: Path, under: str | None = None) -> None:
    """Puts what was asked again in the place of its failure; until then it stands behind everything else."""
    finished_lines(path, under)


def without_finished(asked: Iterable[Asked], finished: Finished, path: Path) -> Iterator[Asked]:
    """What is left to ask.

    Raises:
        InputError: a finished line was of another question, so the file belongs to another batch.
    """
    for one in asked:
        if one.line not in finished.questions:
            yield one
        elif finished.questions[one.line] != one.question:
            raise InputError(
                f"{path}, line {one.line} of the batch was another question: choose another file for --out"
            )


def flushed(file: IO[str]) -> Callable[[str], None]:
    """Writes lines to ``file`` so that each is on its way to disk before the next question ends."""

    def write(line: str) -> None:
        file.write(line + "\n")
        file.flush()

    return write
