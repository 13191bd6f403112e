"""How far a run has come, on standard error."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

if TYPE_CHECKING:
    from wardround.evals.records import ItemResult


class ItemsOnStandardError:
    """Counts finished items on one line, when a person is watching."""

    def __init__(self, stream: TextIO, items: int, *, quiet: bool = False) -> None:
        self._stream = stream if not quiet and stream.isatty() else None
        self._items = items
        self._done = 0
        self._failed = 0

    def __call__(self, result: ItemResult) -> None:
        """Counts one more item."""
        self._done += 1
        self._failed += result.failure is not None
        if self._stream is not None:
            failed = f", {self._failed} failed" if self._failed else ""
            self._stream.write(f"\r{self._done} of at most {self._items} items asked{failed}")
            self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._stream is not None and self._done:
            self._stream.write("\n")
