"""A comparison of runs in words and figures: its tables, as Markdown and as JSON."""

from __future__ import annotations

from typing import Any

from wardround.evals.report.changes import Change, Pair
from wardround.evals.report.compared import Compared
from wardround.evals.report.risk import RiskByK
from wardround.evals.report.wording import interval_figures, p_value, percent, signed_percent
from wardround.evals.statistics import Interval

RUN_HEADS = ["run", "headline, 95 % interval", "answered", "unparsed", "refused", "failed", "tokens a right answer"]

MEASURES_HEADING = "By every measure"
MEASURE_HEADS = ["run", "measure", "minus the first", "p (Holm)", "test"]

RISK_HEADS = ["passages read", "run", "risk, 95 % interval", "certified"]

READING = (
    "Each further run is held against the first, question by question. Over-reliance: of its wrong answers, the share "
    "that the first run had right. Helped: of the first run's wrong answers, the share that it has right."
)


def comparison_markdown(compared: Compared) -> str:
    """Both tables with a sentence on how to read them."""
    return "\n".join(
        [
            f"# {compared.task.title}: {', '.join(compared.runs)}",
            "",
            *_markdown_table(RUN_HEADS, run_rows(compared)),
            "",
            f"## Against {compared.first}",
            "",
            READING,
            "",
            *_markdown_table(pair_heads(compared), [pair_row(pair) for pair in compared.pairs]),
            "",
            *_measure_lines(compared),
            *(line for one in compared.risks for line in _risk_lines(one)),
        ]
    )


def _measure_lines(compared: Compared) -> list[str]:
    if not (rows := measure_rows(compared)):
        return []
    return [f"## {MEASURES_HEADING}", "", measures_reading(rows), "", *_markdown_table(MEASURE_HEADS, rows), ""]


def _risk_lines(risks: RiskByK) -> list[str]:
    heading = f"## Risk by passages read: {risks.model}"
    return [heading, "", risk_words(risks), "", *_markdown_table(RISK_HEADS, risk_rows(risks)), ""]


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
                "seconds_an_item": round(compared.seconds(name), 4),
            }
            for name, run in compared.runs.items()
        },
        "pairs": [
            {
                "run": pair.other,
                **_change_figures(pair.changes[0]),
                "over_reliance": interval_figures(pair.effects.over_reliance) if pair.effects else None,
                "helped": interval_figures(pair.effects.helped) if pair.effects else None,
                "measures": {change.measure.name: _change_figures(change) for change in pair.changes},
            }
            for pair in compared.pairs
        ],
        "risk_by_passages_read": [
            {
                "model": one.model,
                "risks": [{"k": k, "run": one.runs[k], **_figures(risk)} for k, risk in one.risks.items()],
                "alpha": None if one.promise is None else one.promise.alpha,
                "delta": None if one.promise is None else one.promise.delta,
                "certified": None if one.choice is None else list(one.certified),
                "chosen": None if one.choice is None else one.choice.chosen,
                "objection": one.objection,
            }
            for one in compared.risks
        ],
    }


def _change_figures(change: Change) -> dict[str, Any]:
    return {
        "difference": interval_figures(change.change.difference),
        "test": change.change.test,
        "p_value": round(change.change.p_value, 6),
        "p_value_holm": round(change.p_value, 6),
    }


def _figures(interval: Interval) -> dict[str, Any]:
    return interval_figures(interval) or {}


def pair_heads(compared: Compared) -> list[str]:
    """Over the pairs: what a run gains over naive retrieval is called so (arXiv:2505.14146)."""
    gained = "gain beyond RAG" if compared.runs[compared.first].manifest.mode == "rag" else "minus the first"
    return ["run", gained, "p (Holm)", "test", "over-reliance", "helped"]


def risk_rows(risks: RiskByK) -> list[list[str]]:
    """One row a number of passages; whether it is certified is a dash where nothing could be certified."""
    sure = {k: "–" if risks.choice is None else "yes" if k in risks.certified else "no" for k in risks.risks}
    return [[str(k), risks.runs[k], percent(risk), sure[k]] for k, risk in risks.risks.items()]


def risk_words(risks: RiskByK) -> str:
    """What the certified set promises, or why there is none."""
    if risks.promise is None:
        return "Risk is 1 minus the headline. With --alpha, the numbers of passages that keep below it are certified."
    if risks.choice is None:
        return f"Nothing is certified: {risks.objection}."
    promise = (
        f"risk at most {risks.promise.alpha:g} with {100 * (1 - risks.promise.delta):g} % confidence, over the draw of "
        f"{risks.choice.questions} questions like these"
    )
    if not risks.certified:
        return f"No number of passages is certified ({promise}); {risks.choice.smallest_alpha:.3f} could have been."
    return f"Certified: {', '.join(map(str, risks.certified))} passages ({promise}); chosen: {risks.choice.chosen}."


def run_rows(compared: Compared) -> list[list[str]]:
    """One row a run."""
    return [
        [
            name,
            percent(run.headline),
            *(str(count) for count in run.outcomes.values()),
            "–" if run.cost.tokens_per_right is None else f"{run.cost.tokens_per_right:.0f}",
        ]
        for name, run in compared.runs.items()
    ]


def pair_row(pair: Pair) -> list[str]:
    """One run against the first."""
    return [
        pair.other,
        signed_percent(pair.change.difference),
        p_value(pair.p_value),
        pair.change.test,
        percent(pair.effects.over_reliance) if pair.effects else "–",
        percent(pair.effects.helped) if pair.effects else "–",
    ]


def measure_rows(compared: Compared) -> list[list[str]]:
    """One row a run and measure; none where the headline alone is tested."""
    if compared.task.tested == "headline":
        return []
    return [
        [
            pair.other,
            one.measure.name,
            signed_percent(one.change.difference),
            p_value(one.p_value),
            one.change.test,
        ]
        for pair in compared.pairs
        for one in pair.changes
    ]


def measures_reading(rows: list[list[str]]) -> str:
    """How the rows are to be read."""
    return f"Every p-value of this comparison is corrected by Holm over these {len(rows)} tests together."


def _markdown_table(heads: list[str], rows: list[list[str]]) -> list[str]:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
