"""A run as one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from wardround.evals.report.curves import Step, curve_figure
from wardround.evals.report.item_rows import packed_items
from wardround.evals.report.summary import Judged, Summary
from wardround.evals.report.svg import histogram_figure, intervals_figure, reliability_figure
from wardround.evals.report.wording import CHOICES_COLUMNS, CHOICES_HEADING, against_chance, choices_rows, percent

_TOKEN_STEPS = (0, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000)


def summary_html(summary: Summary, judged: Sequence[Judged]) -> str:
    """The report with its figures and a browser of every item."""
    run = summary.manifest
    return html_page(
        title=f"{summary.task.title}, {run.mode}",
        body="\n".join(_sections(summary)),
        items=packed_items({run.mode: judged}),
    )


def html_page(title: str, body: str, items: str = "") -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML that is already escaped.
        items: of ``packed_items``; without any the page has no browser of items.
    """
    return Template(_part("page.html")).substitute(
        title=escape(title),
        style=_part("page.css"),
        body=body,
        items=items,
        script=_part("browser.js") if items else "",
        browser=_part("browser.html") if items else "",
    )


def section(heading: str, *blocks: str) -> str:
    """A titled part of a page; ``blocks`` are HTML."""
    return f"<section><h2>{escape(heading)}</h2>{''.join(blocks)}</section>"


def paragraph(text: str) -> str:
    """A paragraph of plain text."""
    return f"<p>{escape(text)}</p>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of plain texts; all but the first column are aligned as numbers."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _sections(summary: Summary) -> Iterator[str]:
    run = summary.manifest
    if summary.missing:
        yield f'<p class="warning">Unfinished: {summary.missing} of {run.items} items have no result yet.</p>'
    chance = against_chance(summary)
    yield section(
        "Result",
        table(
            ["measure", "value, 95 % interval", "items"],
            [[m.name, percent(interval), str(interval.n if interval else 0)] for m, interval in summary.figures],
        ),
        f"<p>{escape(chance)}</p>" if chance else "",
        "<p>" + ", ".join(f"{count} {outcome}" for outcome, count in summary.outcomes.items()) + ".</p>",
    )
    for facet in dict.fromkeys(group.facet for group in summary.groups):
        rows = [(group.value, group.headline) for group in summary.groups if group.facet == facet]
        name = facet.replace("_", " ")
        reference = summary.headline.estimate if summary.headline else None
        yield section(f"By {name}", intervals_figure(f"{summary.task.measures[0].name} by {name}", rows, reference))
    if summary.calibration is not None:
        found = summary.calibration
        yield section(
            "Stated confidence",
            reliability_figure("share right against stated confidence", found),
            f"<p>ECE {found.ece:.4f}, Brier {found.brier:.4f} over {found.n} answers.</p>",
        )
    if summary.arbitrated is not None:
        yield section(CHOICES_HEADING, table(CHOICES_COLUMNS, choices_rows(summary.arbitrated)))
    if summary.rounds:
        counts = {f"{rounds} round{'s' * (rounds != 1)}": count for rounds, count in summary.rounds.items()}
        yield section("Rounds of retrieval", histogram_figure("items by rounds of retrieval", counts))
    if summary.recall:
        steps = [Step(f"round {number}", found) for number, found in enumerate(summary.recall, start=1)]
        yield section(
            "Gold documents found",
            curve_figure("share of gold documents found by round", steps, "upwards: share of them found, 0 to 100 %"),
            table(
                ["by the end of", "share, 95 % interval", "items"],
                [[step.label, percent(step.value), str(step.value.n)] for step in steps],
            ),
        )
    yield from _cost(summary)
    yield section(
        "What it was run with",
        f"<p>Fingerprint <code>{run.fingerprint}</code>, data <code>{escape(run.data)}</code>, "
        f"scorer <code>{escape(run.scorer)}</code>.</p>",
        f"<pre>{escape(json.dumps(dict(run.system), indent=2, sort_keys=True))}</pre>",
    )


def _cost(summary: Summary) -> Iterator[str]:
    spent, per_right = summary.cost.usage, summary.cost.tokens_per_right
    if not spent.calls:
        return
    counts = dict.fromkeys(_TOKEN_STEPS, 0)
    for tokens in summary.cost.tokens:
        counts[max(step for step in _TOKEN_STEPS if step <= tokens)] += 1
    yield section(
        "Cost",
        f"<p>{spent.calls} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion tokens; "
        f"{'no right answer' if per_right is None else f'{per_right:.0f} tokens a right answer'}.</p>",
        histogram_figure("items by tokens", {f"from {step} tokens": n for step, n in counts.items() if n}),
    )


@cache
def _part(name: str) -> str:
    return files("wardround.evals.report").joinpath(name).read_text(encoding="utf-8")
