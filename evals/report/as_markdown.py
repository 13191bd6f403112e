"""A run's figures as a page of Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator

from wardround.evals.report.summary import Summary
from wardround.evals.report.wording import (
    CHOICES_COLUMNS,
    CHOICES_HEADING,
    against_chance,
    choices_rows,
    percent,
)


def summary_markdown(summary: Summary) -> str:
    """The report for people: headline first, then the break-downs, then what it was run with."""
    return "\n".join(_blocks(summary)) + "\n"


def _blocks(summary: Summary) -> Iterator[str]:
    run = summary.manifest
    yield f"# {summary.task.title}, {run.mode}\n"
    if summary.missing:
        yield f"**Unfinished: {summary.missing} of {run.items} items have no result yet.**\n"
    yield "| measure | value, 95 % interval | items |\n| --- | ---: | ---: |"
    for measure, interval in summary.figures:
        yield f"| {measure.name} | {percent(interval)} | {interval.n if interval else 0} |"
    if (chance := against_chance(summary)) is not None:
        yield f"\n{chance}"
    yield "\n" + ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items()) + "."
    yield from _groups(summary)
    yield from _calibration(summary)
    yield from _arbitrated(summary)
    yield from _spent(summary)
    yield f"\n## What it was run with\n\nFingerprint `{run.fingerprint}`, data `{run.data}`, scorer `{run.scorer}`.\n"
    yield "```json\n" + json.dumps(dict(run.system), indent=2, sort_keys=True) + "\n```"


def _groups(summary: Summary) -> Iterator[str]:
    shown = None
    for group in summary.groups:
        if group.facet != shown:
            shown, name = group.facet, _words(group.facet)
            yield f"\n## By {name}\n\n| {name} | {summary.task.measures[0].name} | items |"
            yield "| --- | ---: | ---: |"
        yield f"| {_cell(group.value)} | {percent(group.headline)} | {group.headline.n} |"


def _calibration(summary: Summary) -> Iterator[str]:
    found = summary.calibration
    if found is None:
        return
    yield f"\n## Stated confidence\n\nECE {found.ece:.4f}, Brier {found.brier:.4f} over {found.n} answers.\n"
    yield "| stated | mean | right | answers |\n| --- | ---: | ---: | ---: |"
    for b in found.bins:
        yield f"| {b.low:.1f}–{b.high:.1f} | {b.confidence:.3f} | {percent(b.accuracy)} | {b.accuracy.n} |"


def _arbitrated(summary: Summary) -> Iterator[str]:
    if summary.arbitrated is None:
        return
    yield f"\n## {CHOICES_HEADING}\n"
    yield f"| {' | '.join(CHOICES_COLUMNS)} |\n| --- | ---: | ---: | ---: |"
    for row in choices_rows(summary.arbitrated):
        yield f"| {' | '.join(row)} |"


def _spent(summary: Summary) -> Iterator[str]:
    spent, per_right = summary.cost.usage, summary.cost.tokens_per_right
    if spent.calls:
        yield (
            f"\n## Cost\n\n{spent.calls} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion "
            f"tokens; {'no right answer' if per_right is None else f'{per_right:.0f} tokens a right answer'}."
        )
    if summary.rounds:
        counts = ", ".join(f"{count} items in {rounds}" for rounds, count in summary.rounds.items())
        yield f"\nRounds of retrieval: {counts}."
    if summary.recall:
        yield "\n## Gold documents found\n\n| by the end of round | share | items |\n| --- | ---: | ---: |"
        for number, found in enumerate(summary.recall, start=1):
            yield f"| {number} | {percent(found)} | {found.n} |"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
