"""How long a run took: kept apart from the report, because it belongs to the machine and changes on every run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil

from wardround.evals.report.summary import Judged


def timing_json(judged: Sequence[Judged]) -> str:
    """Seconds an item: sum, median, 95th percentile (nearest rank) and longest; null without any item."""
    seconds = sorted(entry.result.seconds for entry in judged)
    figures = {
        "items": len(seconds),
        "seconds": round(sum(seconds), 3),
        "median": _rank(seconds, 0.5),
        "p95": _rank(seconds, 0.95),
        "longest": _rank(seconds, 1.0),
    }
    return json.dumps(figures, indent=2) + "\n"


def _rank(ordered: Sequence[float], share: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[ceil(share * len(ordered)) - 1], 4)
