"""The page of the smoke evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from wardround.evals.report import Summary
from wardround.evals.report.wording import against_chance, percent

_OPENING = """\
# Smoke evaluation

What `make eval-smoke` prints: a few questions through the whole evaluation, to show that it works and what its figures
look like. The sets are far too small to rank systems by; the 95 % intervals say how little is known.
"""


def page(summaries: Sequence[Summary], missing: str | None, machine: str, on: date, seconds: float) -> str:
    """The figures of every run with their intervals, and why MedQA was left out where it was."""
    blocks = [_OPENING, f"{on.isoformat()}, {machine}; {seconds:.0f} seconds.\n"]
    blocks += [block for summary in summaries for block in _run(summary)]
    if missing is not None:
        blocks.append(f"MedQA with a small language model was left out: {missing}.\n")
    return "\n".join(blocks)


def _run(summary: Summary) -> Iterator[str]:
    manifest = summary.manifest
    writer = manifest.system["model"] or "no language model: answers are quotations"
    yield f"## {summary.task.title}\n"
    yield f"Mode {manifest.system['agent']['mode']}, {writer}. Fingerprint `{manifest.fingerprint}`.\n"
    rows = [
        f"| {measure.name} | {percent(interval)} | {interval.n if interval else 0} |"
        for measure, interval in summary.figures
    ]
    rows += [
        f"| {group.facet}: {group.value} | {percent(group.headline)} | {group.headline.n} |" for group in summary.groups
    ]
    yield "\n".join(["| measure | value, 95 % interval | items |", "| --- | ---: | ---: |", *rows, ""])
    counts = ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items())
    if (chance := against_chance(summary)) is not None:
        yield f"{chance}\n"
    if summary.calibration is not None:
        found = summary.calibration
        yield f"Stated confidence: ECE {found.ece:.3f}, Brier {found.brier:.3f} over {found.n} answers.\n"
    yield f"{counts}.\n"
