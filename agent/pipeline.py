"""What a pipeline consists of, part by part, so that a certificate can tell which part another one changed."""

from __future__ import annotations

from collections.abc import Mapping

_AFTER_THE_CHOICE = frozenset({"judge", "treatment of claims"})
"""Parts that act once the passages are chosen: whether evidence was missed does not depend on them."""


def parts_behind(loss: str, parts: Mapping[str, str]) -> dict[str, str]:
    """The parts of a pipeline that a loss depends on.

    Args:
        loss: evidence, answer or support.
        parts: of the whole pipeline, by name.
    """
    return {name: part for name, part in parts.items() if loss != "evidence" or name not in _AFTER_THE_CHOICE}
