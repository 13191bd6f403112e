"""What is wrong with a pipeline's answers at each number of passages: the losses that take whole answers to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from wardround.agent.settings import Settings
from wardround.evals.calibration.fixed_k import CANDIDATES
from wardround.evals.evaluate import evaluate
from wardround.evals.records import Item, ItemResult
from wardround.evals.runner import Selection, read_results
from wardround.evals.systems.build import open_system
from wardround.evals.tasks import Task


async def answer_losses(
    task: Task,
    data: Path,
    settings: Settings,
    out: Path,
    loss: Literal["answer", "support"],
    *,
    limit: int | None = None,
    on_result: Callable[[ItemResult], None] | None = None,
) -> dict[int, list[float]]:
    """By k, one loss for each item of the task, after running what ``out`` does not hold yet.

    Args:
        task: what is asked.
        data: the task's own data folder.
        settings: of the pipeline; its k and its certificate are replaced.
        out: keeps one run for each candidate, so that a calibration that was killed goes on.
        loss: answer: whether it is wrong, refused or unreadable, or by how much it falls short; support: the share of
            its claims that are not supported, where nothing said counts as nothing unsupported.
        limit: a random part of that many items.
        on_result: called after each answer, for progress.

    Raises:
        EvaluationError: the data cannot be read, or ``out`` holds other runs.
    """
    losses: dict[int, list[float]] = {}
    for k in CANDIDATES:
        folder = out / f"k-{k}"
        sized = settings.model_copy(update={"agent": settings.agent.model_copy(update={"k": k, "certificate": None})})
        async with open_system("agent", sized) as system:
            await evaluate(task, data, system, folder, limit=limit, on_result=on_result)
        results = {result.item_id: result for result in read_results(folder)}
        items = Selection(task, data, limit)
        losses[k] = [_loss(task, item, results[item.id], loss) for item in items]
    return losses


def _loss(task: Task, item: Item, result: ItemResult, loss: str) -> float:
    return 1 - task.scorer.score(item, result).value if loss == "answer" else unsupported_share(result)


def unsupported_share(result: ItemResult) -> float:
    """The share of the answer's claims that are not supported; 1 when there is no answer at all."""
    if result.answer is None:
        return 1.0
    claims: list[Mapping[str, object]] = list(result.answer.get("claims", ()))
    return sum(claim["verdict"] != "supported" for claim in claims) / len(claims) if claims else 0.0
