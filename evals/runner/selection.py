"""Which items of a task a run asks, without holding them all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from heapq import nsmallest
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.records import Item
from wardround.evals.tasks.task import Task


@dataclass(frozen=True)
class Selection:
    """The items of a task's folder, all of them or a random part; every iteration reads them anew from disk.

    Attributes:
        limit: how many; None for all.
        seed: which part. The part grows with the limit: what a smaller one holds, a larger one holds too.
    """

    task: Task
    folder: Path
    limit: int | None = None
    seed: int = 0

    def __iter__(self) -> Iterator[Item]:
        """The items in the task's order."""
        chosen = self._chosen()
        return (item for item in self.task.load(self.folder) if chosen is None or item.id in chosen)

    def digest(self) -> tuple[int, str]:
        """How many items there are, and 16 hex digits that change with any of their contents or their order.

        Raises:
            EvaluationError: there are none.
        """
        content, count = hashlib.sha256(), 0
        for item in self:
            content.update(json.dumps(asdict(item), sort_keys=True).encode())
            count += 1
        if count == 0:
            raise EvaluationError(f"{self.folder} holds no items of {self.task.name}")
        return count, content.hexdigest()[:16]

    def _chosen(self) -> set[str] | None:
        if self.limit is None:
            return None
        ids = (item.id for item in self.task.load(self.folder))
        return set(nsmallest(self.limit, ids, key=self._rank))

    def _rank(self, item_id: str) -> bytes:
        return hashlib.sha256(f"{self.seed}:{item_id}".encode()).digest()
