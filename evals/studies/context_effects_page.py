"""The page of the study on what snippets did to answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from wardround.evals.predictions import Rescored, report_markdown
from wardround.evals.report.wording import p_value, percent, signed_percent
from wardround.evals.statistics import ContextEffects
from wardround.evals.studies.comparison import Comparison
from wardround.evals.tasks import task_named

_OPENING = """\
# What 32 snippets did to GPT-3.5 and GPT-4 on MIRAGE

Computed from what the two models really wrote (GPT-3.5-turbo-16k and GPT-4-32k, June 2023), once closed-book with a
chain of thought and once with 32 snippets from PubMed, StatPearls, textbooks and Wikipedia. The generations are those
of the MIRAGE benchmark's repository; they are read again here, question by question, for the development half of each
data set. No model was run.

**How to read it.** Every figure is in percent with its 95 % interval.

- *Over-reliance*: of the answers that are wrong with snippets, the share that was right without them.
- *Helped*: its mirror. Of the answers wrong without snippets, the share that is right with them.
- *Snippets minus closed-book*: points of accuracy gained by naive retrieval; negative means that it did harm.
- *Gain beyond RAG* is what a system reaches beyond naive retrieval with the same model. The generations hold two
  systems, so the one measured against naive RAG here is answering closed-book, and its gain is the previous column with
  the sign turned: where it is positive, any retrieval loop first has to win that much back.
- *p* belongs to the difference: McNemar's exact test, or, where a set prints a question twice, the randomisation test
  that swaps both prints together; corrected by Holm over all ten comparisons.

An answer counts as right only where the model states the right letter. Unparsed, refused and failed answers are wrong.
"""

_SENSITIVITY = """\
## The same with the official scorer's reading

The official scorer takes "A" for every text in which it finds no letter, so a model that declines to answer still wins
the questions whose right option is A. On MedMCQA both models decline about three times as often with snippets as
without, and the reading alone moves the difference by three points.
"""

_COUNTS = """\
## Every system, read twice

The last column counts the items whose letter depends on the reading. `wardround eval score --predictions DIR --format
mirage` lists them one by one with the raw text and the reason.
"""


def page(comparisons: Sequence[Comparison], rescored: Rescored, fingerprint: dict[str, Any], on: date) -> str:
    """The whole page in Markdown."""
    inputs = "\n".join(f"| `{name}` | `{digest}` |" for name, digest in fingerprint["inputs"].items())
    return "\n".join(
        [
            _OPENING,
            _main_table(comparisons),
            _finding(comparisons),
            _SENSITIVITY,
            _effects_table(comparisons, lambda c: c.official),
            _COUNTS,
            report_markdown(rescored),
            "## Fingerprint",
            "",
            f"{on.isoformat()}, scorers {' and '.join(fingerprint['scorers'])}. "
            "Intervals: Wilson where questions are independent, the clustered bootstrap (4 000 draws, seed 0) where a "
            "set prints a question twice, and for differences. SHA-256 of the inputs, first 16 digits:",
            "",
            "| input | digest |\n| --- | --- |",
            inputs,
            "",
        ]
    )


def _main_table(comparisons: Sequence[Comparison]) -> str:
    lines = [
        "| task | model | questions | closed-book | 32 snippets | snippets minus closed-book | gain beyond RAG "
        "of closed-book | p | over-reliance | helped |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {task_named(c.task).title} | {c.model} | {c.closed_book.n} | {percent(c.closed_book)} "
        f"| {percent(c.with_snippets)} | {signed_percent(c.effects.difference)} | {signed_percent(c.gain_beyond_rag)} "
        f"| {p_value(c.p_value)} | {percent(c.effects.over_reliance)} | {percent(c.effects.helped)} |"
        for c in comparisons
    ]
    return "\n".join(lines) + "\n"


def _effects_table(comparisons: Sequence[Comparison], reading: Callable[[Comparison], ContextEffects]) -> str:
    lines = [
        "| task | model | snippets minus closed-book | over-reliance | helped |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for c in comparisons:
        effects = reading(c)
        lines.append(
            f"| {task_named(c.task).title} | {c.model} | {signed_percent(effects.difference)} "
            f"| {percent(effects.over_reliance)} | {percent(effects.helped)} |"
        )
    return "\n".join(lines) + "\n"


def _finding(comparisons: Sequence[Comparison]) -> str:
    """Which differences are beyond chance, said in words so that nobody has to compare intervals by eye."""
    better = [_name(c) for c in comparisons if c.p_value < 0.05 and c.effects.difference.estimate > 0]
    worse = [_name(c) for c in comparisons if c.p_value < 0.05 and c.effects.difference.estimate < 0]
    open_ = [_name(c) for c in comparisons if c.p_value >= 0.05]
    return (
        f"Snippets helped beyond chance: {', '.join(better) or 'nowhere'}. They did harm beyond chance: "
        f"{', '.join(worse) or 'nowhere'}. Undecided at this size: {', '.join(open_) or 'none'}.\n"
    )


def _name(c: Comparison) -> str:
    return f"{c.model} on {task_named(c.task).title}"
