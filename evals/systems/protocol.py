"""What can be evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from wardround.evals.records import Item, ItemResult


class System(Protocol):
    """Something that answers items, and can say everything its answers depend on."""

    @property
    def mode(self) -> str:
        """How it answers: ``closed-book``, ``rag``, ``agent``."""
        ...

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """Model, prompts, retrieval and decoding, as JSON values; the same ones give the same answers."""
        ...

    async def __call__(self, item: Item) -> ItemResult:
        """The result for one item.

        Raises:
            WardroundError: it cannot be answered; becomes the reason of a failed item.
        """
        ...
