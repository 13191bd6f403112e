"""How figures are written, the same in every form of a report."""

from __future__ import annotations

from typing import Any

from wardround.evals.report.arbitrated import Arbitrated
from wardround.evals.report.summary import Summary
from wardround.evals.statistics import Interval


def percent(interval: Interval | None) -> str:
    """``83.97 (80.9–86.6)``: a share in percent with its 95 % interval; a dash where it is undefined."""
    if interval is None:
        return "–"
    return f"{100 * interval.estimate:.2f} ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def signed_percent(interval: Interval) -> str:
    """``+1.39 (-2.2 to +4.9)``: a difference in points with its 95 % interval."""
    return f"{100 * interval.estimate:+.2f} ({100 * interval.low:+.1f} to {100 * interval.high:+.1f})"


def p_value(value: float) -> str:
    """Four places, or that it is smaller."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def interval_figures(interval: Interval | None) -> dict[str, Any] | None:
    """An interval for JSON, rounded to six places so that the file is the same on every machine."""
    if interval is None:
        return None
    return {
        "estimate": round(interval.estimate, 6),
        "low": round(interval.low, 6),
        "high": round(interval.high, 6),
        "n": interval.n,
        "method": interval.method,
    }


CHOICES_HEADING = "What passages did to the choices"
CHOICES_COLUMNS = ("choice", "minus the one without passages", "over-reliance", "helped")


def choices_rows(found: Arbitrated) -> list[list[str]]:
    """The agent's two choices against the one it made without passages, under ``CHOICES_COLUMNS``."""
    return [
        [name, signed_percent(effects.difference), percent(effects.over_reliance), percent(effects.helped)]
        for name, effects in (("by the passages", found.by_evidence), ("as answered", found.as_answered))
    ]


def against_chance(summary: Summary) -> str | None:
    """What the headline's interval says about guessing; None where the task names no chance level."""
    chance, headline = summary.task.chance, summary.headline
    if chance is None or headline is None:
        return None
    guessing = f"Guessing reaches {100 * chance:.1f} %"
    if headline.low > chance:
        return f"{guessing}; the whole interval lies above it."
    if headline.high < chance:
        return f"{guessing}; the whole interval lies below it."
    return f"{guessing}, which lies inside the interval: this run is not shown to be better than guessing."


def headline_lines(summary: Summary) -> list[str]:
    """The figures of a run in a few plain lines."""
    lines = [
        f"{measure.name} {percent(interval)}, {interval.n if interval else 0} items"
        for measure, interval in summary.figures
    ]
    if summary.missing:
        lines.insert(0, f"unfinished: {summary.missing} of {summary.manifest.items} items have no result yet")
    if (chance := against_chance(summary)) is not None:
        lines.append(chance)
    lines.append(", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items()))
    return lines
