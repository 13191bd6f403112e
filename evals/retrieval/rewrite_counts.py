"""How rewriting went, in numbers that hits do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from wardround.retrievers.rewriting.rewriter import Rewrite


class RewriteCounts:
    """Counts rewrites as they come, from any thread."""

    def __init__(self) -> None:
        """Nothing was rewritten yet."""
        self._lock = Lock()
        self._all = self._empty = self._thought = 0

    def add(self, query: str, rewrite: Rewrite) -> None:
        """Counts one; which query it was for does not matter."""
        del query
        with self._lock:
            self._all += 1
            self._empty += not rewrite.forms
            self._thought += rewrite.thought

    def remarks(self) -> Iterator[str]:
        """What a reader of the figures must know, a line each.

        A model that thinks aloud in some replies does so in all: those without an end of thought were cut off before
        they came to the passage, and were searched for as they are. R2MED's own runs do not count them.
        """
        if self._empty:
            yield f"{self._empty} of {self._all} rewrites are empty: their queries were searched for as they are"
        if 0 < self._thought < self._all:
            unended = self._all - self._thought
            yield f"{unended} of {self._all} replies never came to an end of thought and were taken whole"
