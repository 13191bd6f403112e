"""A comparison of runs as Markdown, JSON and one HTML page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wardround.evals.report.as_html import html_page, section, table
from wardround.evals.report.compared import Compared, Pair
from wardround.evals.report.svg import intervals_figure, trade_off_figure
from wardround.evals.report.wording import interval_figures, p_value, percent, signed_percent
from wardround.files import write_atomically

_RUN_HEADS = ["run", "headline, 95 % interval", "answered", "unparsed", "refused", "failed", "tokens a right answer"]
_PAIR_HEADS = ["run", "minus the first", "p (Holm)", "test", "over-reliance", "helped"]

_READING = (
    "Each further run is held against the first, question by question. Over-reliance: of its wrong answers, the share "
    "that the first run had right. Helped: of the first run's wrong answers, the share that it has right."
)


def write_comparison(compared: Compared, folder: Path) -> list[Path]:
    """Writes ``comparison.md``, ``comparison.json`` and ``comparison.html``; returns their paths."""
    forms = {
        "comparison.md": comparison_markdown(compared),
        "comparison.json": json.dumps(comparison_figures(compared), indent=2, sort_keys=True) + "\n",
        "comparison.html": comparison_html(compared),
    }
    for name, text in forms.items():
        write_atomically(folder / name, text)
    return [folder / name for name in forms]


def comparison_markdown(compared: Compared) -> str:
    """Both tables with a sentence on how to read them."""
    first = next(iter(compared.runs))
    return "\n".join(
        [
            f"# {compared.task.title}: {', '.join(compared.runs)}",
            "",
            *_markdown_table(_RUN_HEADS, _run_rows(compared)),
            "",
            f"## Against {first}",
            "",
            _READING,
            "",
            *_markdown_table(_PAIR_HEADS, [_pair_row(pair) for pair in compared.pairs]),
            "",
        ]
    )


def comparison_figures(compared: Compared) -> dict[str, Any]:
    """The comparison as plain values; shares in [-1, 1]."""
    return {
        "task": compared.task.name,
        "runs": {
            name: {
                "fingerprint": run.manifest.fingerprint,
                "headline": interval_figures(run.headline),
                "outcomes": dict(run.outcomes),
                "tokens_per_right": run.cost.tokens_per_right,
            }
            for name, run in compared.runs.items()
        },
        "pairs": [
            {
                "run": pair.other,
                "difference": interval_figures(pair.change.difference),
                "test": pair.change.test,
                "p_value": round(pair.change.p_value, 6),
                "p_value_holm": round(pair.p_value, 6),
                "over_reliance": interval_figures(pair.effects.over_reliance) if pair.effects else None,
                "helped": interval_figures(pair.effects.helped) if pair.effects else None,
            }
            for pair in compared.pairs
        ],
    }


def comparison_html(compared: Compared) -> str:
    """One page: the runs, their differences, and what more tokens bought."""
    headlines = [(name, run.headline) for name, run in compared.runs.items() if run.headline is not None]
    measure = compared.task.measures[0].name
    spent = {name: sum(run.cost.tokens) / max(1, len(run.cost.tokens)) for name, run in compared.runs.items()}
    parts = [
        section("Runs", intervals_figure(f"{measure} by run", headlines), table(_RUN_HEADS, _run_rows(compared))),
        section(
            f"Against {next(iter(compared.runs))}",
            f"<p>{_READING}</p>",
            table(_PAIR_HEADS, [_pair_row(pair) for pair in compared.pairs]),
        ),
    ]
    if any(spent.values()):
        points = [(name, spent[name], interval) for name, interval in headlines]
        parts.append(section("What tokens bought", trade_off_figure(f"{measure} against tokens an item", points)))
    return html_page(f"{compared.task.title}: {', '.join(compared.runs)}", "\n".join(parts))


def _run_rows(compared: Compared) -> list[list[str]]:
    return [
        [
            name,
            percent(run.headline),
            *(str(count) for count in run.outcomes.values()),
            "–" if run.cost.tokens_per_right is None else f"{run.cost.tokens_per_right:.0f}",
        ]
        for name, run in compared.runs.items()
    ]


def _pair_row(pair: Pair) -> list[str]:
    return [
        pair.other,
        signed_percent(pair.change.difference),
        p_value(pair.p_value),
        pair.change.test,
        percent(pair.effects.over_reliance) if pair.effects else "–",
        percent(pair.effects.helped) if pair.effects else "–",
    ]


def _markdown_table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
