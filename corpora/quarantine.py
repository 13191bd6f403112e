"""Records that cannot be used are handed over with their place and reason; none is dropped in silence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wardround.errors import CorpusError


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A part of a source that could not be read.

    Attributes:
        source: the file, as it was named to the loader.
        place: where in it, such as ``line 17`` or ``record 3``; ``the file`` for all or the rest of it.
        reason: what is wrong, on one line.
    """

    source: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.place}: {self.reason}"


OnBadRecord = Callable[[BadRecord], None]
"""Receives each bad record; it may store it, count it or raise."""


def refuse(bad: BadRecord) -> None:
    """Stops at the first bad record.

    Raises:
        CorpusError: always; names file, place and reason.
    """
    raise CorpusError(str(bad))
