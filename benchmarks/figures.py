"""Figures of a benchmark against their targets: a table for people, one line of JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TARGETS = Path(__file__).with_name("targets.toml")


@dataclass(frozen=True, slots=True)
class Judged:
    """A figure with its target; ``spread`` says over how many runs and how far they lay apart."""

    name: str
    value: float
    bound: str
    target: float
    meaning: str
    spread: str

    @property
    def reached(self) -> bool:
        """Whether the figure is on the right side of its target."""
        return self.value <= self.target if self.bound == "at_most" else self.value >= self.target


def judged(section: str, values: Mapping[str, float], spreads: Mapping[str, str]) -> list[Judged]:
    """Every figure of a section of the targets; one without a value counts as a mistake.

    Raises:
        KeyError: a target has no figure, or a figure has no target.
    """
    targets = tomllib.loads(TARGETS.read_text(encoding="utf-8"))[section]
    if set(targets) != set(values):
        raise KeyError(f"targets and figures differ: {sorted(set(targets) ^ set(values))}")
    figures = []
    for name, target in targets.items():
        bound = "at_most" if "at_most" in target else "at_least"
        meaning, spread = target["meaning"], spreads.get(name, "")
        figures.append(Judged(name, values[name], bound, target[bound], meaning, spread))
    return figures


def table(figures: list[Judged]) -> str:
    """One figure a line, with its target and whether it is reached."""
    rows = [
        (
            "reached" if one.reached else "SHORT",
            one.name,
            f"{one.value:.3g}",
            f"{'<=' if one.bound == 'at_most' else '>='} {one.target:g}",
            one.spread,
            one.meaning,
        )
        for one in figures
    ]
    rows.insert(0, ("", "figure", "value", "target", "runs", "meaning"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def machine() -> str:
    """The machine in one line; the load says whether it was quiet."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f}, {platform.machine()}, Python {platform.python_version()}"


def as_json(figures: list[Judged]) -> str:
    """The figures as one JSON object."""
    return json.dumps({one.name: round(one.value, 4) for one in figures} | {"machine": machine()})
