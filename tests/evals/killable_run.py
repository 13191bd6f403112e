"""A run that a test kills: ``python -m tests.evals.killable_run FOLDER``; says "ready" once it is about to ask."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tests.evals.runs import TASK, question
from wardround.agent.models.protocol import Usage
from wardround.evals.records import Item, ItemResult
from wardround.evals.report import write_reports
from wardround.evals.runner import Manifest, run_items

ITEMS = [question(n, gold="ABCD"[n % 4], subject=f"step{n % 3}") for n in range(1500)]
MANIFEST = Manifest(task=TASK.name, mode="rag", items=len(ITEMS), data="0" * 16, scorer=TASK.scorer.name)


async def answer(item: Item) -> ItemResult:
    """Depends on the item alone; every ninth fails, and each waits as long as a model would make it wait."""
    number = int(item.id[1:])
    await asyncio.sleep(0.001 * (number % 5))
    if number % 9 == 0:
        raise ConnectionError("the server is away")
    return ItemResult(
        item.id,
        text=f"Thinking about {item.id}. " * (number % 40) + f"The answer is {'ABCD'[number % 3]}.",
        confidence=(number % 10) / 10,
        usage=Usage(calls=1, prompt_tokens=number, completion_tokens=7),
        rounds=number % 4,
    )


def main(folder: Path) -> None:
    """Runs what is missing and writes the report."""
    os.write(1, b"ready\n")
    asyncio.run(run_items(ITEMS, answer, folder, MANIFEST, concurrency=4))
    write_reports(ITEMS, folder, TASK)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
