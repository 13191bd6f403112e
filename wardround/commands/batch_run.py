"""A batch from where it is read to where it is written."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from wardround.batch import Counts, answer_batch, read_batch
from wardround.batch_output import Finished, finished_lines, flushed, put_in_order, without_finished, written_alone
from wardround.chat.redaction import cleaner
from wardround.errors import InputError
from wardround.question_input import FROM_STANDARD_INPUT
from wardround.retrievers.filters import told
from wardround.retrievers.protocols import EVERYWHERE, Where
from wardround.terminal import written_in_utf8

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.answering import StreamingAgent


def run_batch(
    settings: Settings,
    where: Where,
    source: str,
    out: Path | None,
    jobs: int,
    open_agent: Callable[[], StreamingAgent],
    *,
    retry_failed: bool = False,
) -> Counts:
    """Asks what ``source`` holds and ``out`` does not; complaints go to standard error, one line each.

    Args:
        settings: in force.
        where: what is searched.
        source: the file of questions, or ``-``.
        out: where the answers go instead of standard output.
        jobs: questions at once.
        open_agent: opens what answers.
        retry_failed: ask lines of ``out`` again that failed earlier.

    Raises:
        InputError: the file cannot be read, or ``out`` belongs to another batch, to this one under another filter, or
            to another process that is writing it.
    """
    name = "standard input" if source == FROM_STANDARD_INPUT else source

    def complain(line: str) -> None:
        sys.stderr.write(f"wardround: {name}, {line}\n")

    with _read(source) as lines, written_alone(out) if out else nullcontext():
        asked = read_batch(lines, settings.agent.max_question_chars, cleaner(settings.sessions))
        under = None if where == EVERYWHERE else told(where)
        finished = finished_lines(out, under, retry_failed=retry_failed) if out else Finished({}, 0)
        if out:
            asked = without_finished(asked, finished, out)
        agent = open_agent()
        try:
            with _written(out) as file:
                counts = asyncio.run(answer_batch(agent, asked, flushed(file), complain, jobs, under))
        finally:
            agent.close()
        if out and retry_failed:
            put_in_order(out, under)
    return dataclasses.replace(counts, finished_before=len(finished.questions), failed_before=finished.failed)


@contextmanager
def _read(source: str) -> Iterator[BinaryIO]:
    if source == FROM_STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        file = Path(source).expanduser().open("rb")
    except OSError as error:
        raise InputError(f"{source}: {error.strerror or error}") from error
    with file:
        yield file


@contextmanager
def _written(out: Path | None) -> Iterator[IO[str]]:
    if out is None:
        yield written_in_utf8(sys.stdout)
        return
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        yield file
