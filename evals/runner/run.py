"""Asks every item once, several at a time, and keeps each result the moment it is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wardround.errors import EvaluationError, WardroundError
from wardround.evals.records import Item, ItemResult
from wardround.evals.runner.commits import Commits
from wardround.evals.runner.journal import Journal, read_results
from wardround.evals.runner.manifest import LOCK, Manifest, check_folder, enter_folder
from wardround.evals.runner.rows import to_line
from wardround.files import exclusive_lock

AnswerItem = Callable[[Item], Awaitable[ItemResult]]
"""A system under evaluation. What it raises becomes a failed item with the error as its reason."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one call did; ``kept`` results were there before it, ``failed`` of the ``ran`` ones have no answer."""

    kept: int
    ran: int
    failed: int


async def run_items(
    items: Iterable[Item],
    answer: AnswerItem,
    folder: Path,
    manifest: Manifest,
    *,
    concurrency: int = 8,
    retry_failed: bool = False,
    on_result: Callable[[ItemResult], None] | None = None,
) -> RunSummary:
    """Runs what is missing in ``folder`` and returns when every item has a result.

    Killed at any moment, the same call goes on: finished items are never asked again. At most ``concurrency`` items
    are held in memory, and of the finished ones only their ids.

    Args:
        items: read once.
        answer: the system under evaluation.
        folder: of the run; made when absent.
        manifest: what the run is; must be that of an earlier call on the same folder.
        concurrency: items in work at once, at least 1.
        retry_failed: ask items again that failed earlier.
        on_result: called after each stored result, for progress.

    Raises:
        EvaluationError: another process runs into the folder, or it belongs to another run.
    """
    if concurrency < 1:
        raise EvaluationError(f"a concurrency of {concurrency} runs nothing: use at least 1")
    check_folder(folder, manifest)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationError(f"{folder} cannot be made ({error.strerror}): choose another folder") from error
    with exclusive_lock(folder / LOCK) as alone:
        if not alone:
            raise EvaluationError(f"another run is writing to {folder}: wait for it or choose another folder")
        enter_folder(folder, manifest)
        with Journal(folder) as journal:
            settled = _settled(folder, retry_failed)
            commits = Commits(journal)
            work = _Work((item for item in items if item.id not in settled), answer, commits, on_result)
            try:
                await _side_by_side(work.drain, concurrency)
            finally:
                await commits.settle()
    return RunSummary(kept=len(settled), ran=work.ran, failed=work.failed)


class _Work:
    """The items still to be asked, shared by all workers."""

    def __init__(
        self,
        items: Iterator[Item],
        answer: AnswerItem,
        commits: Commits,
        on_result: Callable[[ItemResult], None] | None,
    ) -> None:
        self._items = items
        self._answer = answer
        self._commits = commits
        self._on_result = on_result
        self.ran = 0
        self.failed = 0

    async def drain(self) -> None:
        """Takes one item after another until there is none left."""
        for item in self._items:
            result, line = await _ask(self._answer, item)
            await self._commits.append(line)
            self.ran += 1
            self.failed += result.failure is not None
            if self._on_result is not None:
                self._on_result(result)


async def _side_by_side(drain: Callable[[], Awaitable[None]], concurrency: int) -> None:
    async def worker() -> None:
        await drain()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(worker())
    except* WardroundError as broken:
        # One line for the user; the other workers failed for the same reason or were stopped by it.
        raise broken.exceptions[0] from None


async def _ask(answer: AnswerItem, item: Item) -> tuple[ItemResult, bytes]:
    """A result and its line whatever happens: a broken item is recorded and counted, and must not stop the others."""
    begin = time.perf_counter()
    try:
        result = await answer(item)
        if result.item_id != item.id:
            raise EvaluationError(f"the system answered {result.item_id!r} when asked {item.id!r}")
        result = replace(result, seconds=time.perf_counter() - begin)
        return result, to_line(result)
    except WardroundError as error:
        failure = str(error) or type(error).__name__
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    result = ItemResult(item.id, failure=failure, seconds=time.perf_counter() - begin)
    return result, to_line(result)


def _settled(folder: Path, retry_failed: bool) -> set[str]:
    settled: set[str] = set()
    for result in read_results(folder):
        if retry_failed and result.failure is not None:
            settled.discard(result.item_id)
        else:
            settled.add(result.item_id)
    return settled
