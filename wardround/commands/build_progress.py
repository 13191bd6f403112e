"""What is seen of a build: a bar at a terminal, a line per stage, and per half minute of it, elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

OnProgress = Callable[[int, int | None, str], None]

_SECONDS_BETWEEN_LINES = 30.0

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

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(file=stream))


def _on_bars(progress: Progress) -> OnProgress:
    from rich.progress import TaskID

    tasks: dict[str, TaskID] = {}

    def on_progress(done: int, total: int | None, stage: str) -> None:
        if stage not in tasks:
            tasks[stage] = progress.add_task(_STAGES.get(stage, stage), total=total, rate="")
        speed = progress.tasks[tasks[stage]].speed
        progress.update(tasks[stage], completed=done, total=total, rate=f"{speed:.0f}/s" if speed else "")

    return on_progress


def _line_per_stage(stream: TextIO, clock: Callable[[], float] = time.monotonic) -> OnProgress:
    begun: dict[str, tuple[float, int]] = {}
    said = 0.0

    def on_progress(done: int, total: int | None, stage: str) -> None:
        nonlocal said
        now = clock()
        if stage not in begun:
            begun[stage] = now, done
            stream.write(f"{_STAGES.get(stage, stage)}\n")
        elif now - said < _SECONDS_BETWEEN_LINES:
            return
        else:
            stream.write(f"  {_how_far(done, total, *begun[stage], now)}\n")
        said = now
        stream.flush()

    return on_progress


def _how_far(done: int, total: int | None, began: float, first: int, now: float) -> str:
    """Number done, rate, and the time that the rest takes at this rate; what was done at the beginning cost nothing."""
    rate = (done - first) / (now - began)
    if total is None:
        return f"{done}, {rate:.0f}/s"
    left = f", {(total - done) / rate / 60:.0f} min left" if rate else ""
    return f"{done} of {total}, {rate:.0f}/s{left}"
