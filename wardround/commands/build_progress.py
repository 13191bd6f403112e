"""What is seen of a build: a bar at a terminal, a line per stage elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

OnProgress = Callable[[int, int | None, str], None]

_STAGES = {
    "read": "reading documents",
    "embed": "embedding passages",
    "publish": "putting the index into use",
    "unchanged": "nothing has changed",
}


@contextmanager
def build_progress(stream: TextIO, *, quiet: bool) -> Iterator[OnProgress]:
    """A function that hears of progress and shows it on ``stream``."""
    if quiet:
        yield _nothing
    elif stream.isatty():
        with _bars(stream) as progress:
            yield _on_bars(progress)
    else:
        yield _line_per_stage(stream)


def _nothing(done: int, total: int | None, stage: str) -> None:
    """Says nothing."""


def _bars(stream: TextIO) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(file=stream))


def _on_bars(progress: Progress) -> OnProgress:
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}

    def on_progress(done: int, total: int | None, stage: str) -> None:
        if stage not in tasks:
            tasks[stage] = progress.add_task(_STAGES.get(stage, stage), total=total)
        progress.update(tasks[stage], completed=done, total=total)

    return on_progress


def _line_per_stage(stream: TextIO) -> OnProgress:
    begun: set[str] = set()

    def on_progress(done: int, total: int | None, stage: str) -> None:
        if stage not in begun:
            begun.add(stage)
            stream.write(f"{_STAGES.get(stage, stage)}\n")
            stream.flush()

    return on_progress
