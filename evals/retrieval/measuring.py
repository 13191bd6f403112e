"""Measuring a retriever on judged sets from settings to report, one set or all of R2MED's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wardround.agent.models.protocol import Usage
from wardround.agent.settings import Settings
from wardround.evals.evaluate import Evaluated, evaluate, run_manifest
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import unknown_passages
from wardround.evals.retrieval.query_modes import (
    Collaborating,
    QueryMode,
    collaborating,
    reranker_by,
    rewriter_over,
)
from wardround.evals.retrieval.r2med import System, published_systems, table
from wardround.evals.retrieval.rewrite_counts import RewriteCounts
from wardround.evals.retrieval.searching import RetrieverName, Rewriting, searching
from wardround.evals.runner import Selection
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX
from wardround.retrievers.rewriting.writer import QUESTION, R2MED_ASKS, Ask


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is measured and how.

    Attributes:
        settings: of retrieval, and of the model that rewrites.
        rewrites: file of passages written before; instead of a model.
        depth: passages a query.
        limit: a random part of that many queries; None for all.
        seed: which part.
        retry_failed: search again for queries that failed earlier.
        cache: file that keeps dense vectors over runs; what a model wrote is kept beside it.
        on_done: called with the number of passages indexed.
        warn: called with what a reader of the figures must know.
    """

    settings: Settings
    retriever: RetrieverName
    query_mode: QueryMode
    rewrites: Path | None
    depth: int
    limit: int | None
    seed: int
    retry_failed: bool
    cache: Path
    on_done: Callable[[int], None]
    warn: Callable[[str], None]


def measure_set(asked: Measuring, judged: str, data: Path, out: Path | None, runs: Path) -> tuple[Path, Evaluated]:
    """One set's run, in ``out`` or a folder of its own below ``runs``; a finished one is only reported again."""
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        return _measured(asked, model, judged, data, out, runs, QUESTION)


def _measured(
    asked: Measuring, model: Collaborating, judged: str, data: Path, out: Path | None, runs: Path, ask: Ask
) -> tuple[Path, Evaluated]:
    loaded = load_judged_set(judged, data)
    if unknown := sum(1 for _ in unknown_passages(loaded)):
        asked.warn(f"{data}: {unknown} judged passages are not in the corpus and count as not found")
    items = Selection(task_named(f"{PREFIX}{judged}"), data, asked.limit, asked.seed)
    counts = RewriteCounts()
    over = rewriter_over(asked.query_mode, asked.rewrites, model, loaded.queries, ask)
    rewriting = over and Rewriting(over, counts.add)
    with searching(
        loaded,
        asked.settings.retrieval,
        asked.retriever,
        asked.depth,
        asked.cache,
        asked.on_done,
        asked.warn,
        rewriting,
        reranker_by(model),
    ) as system:
        mode = f"-{asked.query_mode}" if rewriting else ""
        mark = run_manifest(items, system).fingerprint
        folder = out or runs / f"{items.task.name}-{asked.retriever}{mode}-{mark}"
        done = asyncio.run(
            evaluate(
                items.task,
                data,
                system,
                folder,
                limit=asked.limit,
                seed=asked.seed,
                retry_failed=asked.retry_failed,
            )
        )
    for remark in counts.remarks():
        asked.warn(remark)
    return folder, done


def measure_r2med(
    asked: Measuring, folders: Mapping[str, Path], runs: Path, published: Path | None, *, as_json: bool
) -> str:
    """Every task's run below ``runs``, and the figures of all beside published systems: a table, or JSON."""
    ndcg: dict[str, float] = {}
    recall: dict[str, float] = {}
    spent = Usage()
    with collaborating(asked.settings, asked.query_mode, asked.rewrites, asked.cache) as model:
        for task, folder in folders.items():
            ask = R2MED_ASKS.get(task, QUESTION)
            _, done = _measured(asked, model, "r2med", folder, None, runs / "r2med" / task, ask)
            figures = {measure.name: interval.estimate for measure, interval in done.summary.figures if interval}
            ndcg[task], recall[task] = 100 * figures["nDCG@10"], 100 * figures["R@100"]
            spent += done.summary.cost.usage
    ours = System(" ".join(["wardround", asked.retriever, asked.query_mode]), ndcg)
    if as_json:
        cost = {
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
        }
        row = {"system": ours.name, "nDCG@10": ndcg, "mean": ours.mean, "R@100": recall, "usage": cost}
        return json.dumps(row) + "\n"
    cost_line = (
        f"\n{spent.calls} calls, {spent.prompt_tokens} prompt and {spent.completion_tokens} completion tokens"
        if spent.calls
        else ""
    )
    return table(ours, recall, published_systems(published) if published else []) + cost_line + "\n"
