"""How a result is written as one line of JSON, and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wardround.agent.models.protocol import Usage
from wardround.errors import EvaluationError
from wardround.evals.records import ItemResult


def to_line(result: ItemResult) -> bytes:
    """One line, newline included; ASCII, so that no text whatever can break it.

    Raises:
        ValueError: a value has no place in JSON, such as NaN.
    """
    return json.dumps(asdict(result), allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def from_line(line: bytes, place: str) -> ItemResult:
    """The result that a line holds.

    Raises:
        EvaluationError: the line is broken or of another version; names its place.
    """
    try:
        row: Mapping[str, Any] = json.loads(line)
        return ItemResult(**{**row, "usage": Usage(**row["usage"])})
    except (ValueError, TypeError, KeyError) as error:
        raise EvaluationError(f"{place} holds no result of this version ({error}): run into a new folder") from error
