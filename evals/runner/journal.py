"""The results of a run as they are stored: one line an item, on disk before the next one is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from wardround.errors import EvaluationError
from wardround.evals.records import ItemResult
from wardround.evals.runner.rows import from_line
from wardround.files import flush_folder, flush_to_disk

RESULTS = "results.jsonl"


class Journal:
    """Appends results to a run's folder; a returned call is durable.

    Opening it cuts off the half line that a killed run may have left: that item has no result and is asked again.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / RESULTS
        self._handle = self._path.open("ab")
        _cut_half_line(self._path)
        flush_folder(folder)

    def append(self, *lines: bytes) -> None:
        """Writes lines of ``to_line`` and waits once until they have reached the disk.

        Raises:
            EvaluationError: the disk is full or does not take them; what was written before stays.
        """
        try:
            self._handle.write(b"".join(lines))
            flush_to_disk(self._handle)
        except OSError as error:
            raise EvaluationError(
                f"{self._path} cannot be written ({error.strerror}): free space and resume"
            ) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._handle.close()


def read_results(folder: Path) -> Iterator[ItemResult]:
    """Every stored line of a run's folder, in the order of writing; a half line at the end is passed over.

    An item that was retried has several; the last one counts.

    Raises:
        EvaluationError: a line in the middle is broken; names it.
    """
    path = folder / RESULTS
    if not path.exists():
        return
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.endswith(b"\n"):
                yield from_line(line, f"{path}:{number}")


def latest_results(folder: Path) -> dict[str, ItemResult]:
    """The result that counts for each item, by item id."""
    return {result.item_id: result for result in read_results(folder)}


def _cut_half_line(path: Path) -> None:
    with path.open("r+b") as handle:
        end = handle.seek(0, os.SEEK_END)
        keep = _end_of_last_line(handle.fileno(), end)
        if keep < end:
            handle.truncate(keep)
            flush_to_disk(handle)


def _end_of_last_line(descriptor: int, end: int, block: int = 65536) -> int:
    """Looks from the back, because a line may be long and the file longer."""
    while end > 0:
        start = max(0, end - block)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
