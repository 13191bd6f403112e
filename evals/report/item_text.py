"""One item of a run for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from wardround.agent.rendering import printable
from wardround.evals.report.item_rows import item_row
from wardround.evals.report.summary import Judged


def item_text(entry: Judged) -> str:
    """What was asked, what came back and what it is worth, without characters that would steer a terminal."""
    return "".join(f"{line}\n" for block in _lines(entry) for line in printable(block).split("\n"))


def _lines(entry: Judged) -> Iterator[str]:
    row = item_row(entry)
    yield f"  question: {row['question']}"
    yield from (f"    {letter}. {text}" for letter, text in row["options"].items())
    yield f"  right: {'; '.join(row['gold']) or '(not stated)'}"
    yield f"  understood: {row['answer'] or '(nothing)'} ({row['outcome']}: {row['reason']}), score {row['value']:g}"
    for number, one in enumerate(row["rounds"], start=1):
        yield f"  round {number}: {'; '.join(one['queries'])} ({one['new_passages']} new passages)"
    for claim in row["claims"]:
        yield f"  claim, {claim['verdict']}: {claim['text']}"
        yield from (f"    {passage}: {quote}" for passage, quote in claim["quotes"])
    yield from (f"  warning: {warning}" for warning in row["warnings"])
    if not row["claims"]:
        yield f"  written: {row['text']}"
    yield f"  spent: {row['calls']} calls, {row['tokens']} tokens"
