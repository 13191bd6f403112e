"""A comparison of runs as one HTML page, with a browser of the items in which they differ."""

from __future__ import annotations

from collections.abc import Iterator

from wardround.evals.report.as_html import html_page, paragraph, section, table
from wardround.evals.report.compared import Compared
from wardround.evals.report.compared_forms import (
    MEASURE_HEADS,
    MEASURES_HEADING,
    READING,
    RISK_HEADS,
    RUN_HEADS,
    measure_rows,
    measures_reading,
    pair_heads,
    pair_row,
    risk_rows,
    risk_words,
    run_rows,
)
from wardround.evals.report.curves import Step, curve_figure, trade_off_figure
from wardround.evals.report.item_rows import packed_items
from wardround.evals.report.risk import RiskByK
from wardround.evals.report.svg import intervals_figure


def comparison_html(compared: Compared) -> str:
    """The runs, their differences, what more passages, tokens and seconds bought, and every item."""
    return html_page(
        title=f"{compared.task.title}: {', '.join(compared.runs)}",
        body="\n".join(_sections(compared)),
        items=packed_items(compared.judged),
    )


def _sections(compared: Compared) -> Iterator[str]:
    headlines = [(name, run.headline) for name, run in compared.runs.items() if run.headline is not None]
    measure = compared.task.measures[0].name
    yield section("Runs", intervals_figure(f"{measure} by run", headlines), table(RUN_HEADS, run_rows(compared)))
    yield section(
        f"Against {compared.first}",
        paragraph(READING),
        table(pair_heads(compared), [pair_row(pair) for pair in compared.pairs]),
    )
    if rows := measure_rows(compared):
        yield section(MEASURES_HEADING, paragraph(measures_reading(rows)), table(MEASURE_HEADS, rows))
    for risks in compared.risks:
        yield section(f"Risk by passages read: {risks.model}", *_risk(risks))
    tokens = {name: sum(run.cost.tokens) / max(1, len(run.cost.tokens)) for name, run in compared.runs.items()}
    if any(tokens.values()):
        points = [(name, tokens[name], interval) for name, interval in headlines]
        figure = trade_off_figure(f"{measure} against tokens an item", "tokens an item", points)
        yield section("What tokens bought", figure)
    points = [(name, compared.seconds(name), interval) for name, interval in headlines]
    figure = trade_off_figure(f"{measure} against seconds an item", "seconds an item", points)
    yield section("What seconds bought", figure, paragraph("Seconds are this machine's, under the load it had."))


def _risk(risks: RiskByK) -> Iterator[str]:
    certain = risks.choice is None
    steps = [Step(f"k = {k}", risk, marked=certain or k in risks.certified) for k, risk in risks.risks.items()]
    alpha = None if risks.promise is None else risks.promise.alpha
    scale = "upwards: risk, 0 to 100 %" + ("" if certain else "; filled: certified")
    yield curve_figure(f"risk against passages read, {risks.model}", steps, scale, alpha)
    yield paragraph(risk_words(risks))
    yield table(RISK_HEADS, risk_rows(risks))
