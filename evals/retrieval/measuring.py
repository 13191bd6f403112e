"""Measuring a retriever on judged sets from settings to report, one set or all of R2MED's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from wardround.agent.settings import Settings
from wardround.errors import EvaluationError
from wardround.evals.evaluate import Evaluated, evaluate, run_manifest
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet, unknown_passages
from wardround.evals.retrieval.r2med import System, published_systems, table
from wardround.evals.retrieval.searching import RetrieverName, searching
from wardround.evals.runner import Selection
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import PREFIX
from wardround.retrievers.choose import BY_MODEL
from wardround.retrievers.rewriting.forms import FORMS, Method
from wardround.retrievers.rewriting.writer import QUESTION, R2MED_ASKS, Ask, PassageWriter, QueryWriter

if TYPE_CHECKING:
    from wardround.agent.event_loop import LoopThread
    from wardround.agent.models.protocol import LanguageModel
    from wardround.evals.retrieval.model_reranking import ModelScorer

QueryMode = Literal["original", "hyde", "query2doc", "lamer"]


@dataclass(frozen=True, slots=True)
class Measuring:
    """What is measured and how.

    Attributes:
        settings: of retrieval, and of the model that rewrites.
        rewrites: file of passages written before; instead of a model.
        depth: passages a query.
        limit: a random part of that many queries; None for all.
        seed: which part.
        cache: file that keeps dense vectors over runs.
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
    cache: Path
    on_done: Callable[[int], None]
    warn: Callable[[str], None]


class _Running(NamedTuple):
    """A language model and the loop that it belongs to."""

    model: LanguageModel
    loop: LoopThread


def query_mode_named(name: str) -> QueryMode:
    """The query mode of that name.

    Raises:
        EvaluationError: there is none; the message lists those there are.
    """
    for known in get_args(QueryMode):
        if known == name:
            mode: QueryMode = known
            return mode
    raise EvaluationError(f"there is no query mode {name!r}; the modes are {', '.join(get_args(QueryMode))}")


def measure_set(
    asked: Measuring, judged: str, data: Path, out: Path | None, runs: Path, ask: Ask = QUESTION
) -> tuple[Path, Evaluated]:
    """One set's run, in ``out`` or a folder of its own below ``runs``; a finished one is only reported again."""
    loaded = load_judged_set(judged, data)
    if unknown := sum(1 for _ in unknown_passages(loaded)):
        asked.warn(f"{data}: {unknown} judged passages are not in the corpus and count as not found")
    items = Selection(task_named(f"{PREFIX}{judged}"), data, asked.limit, asked.seed)
    retrieval = asked.settings.retrieval
    with _model(asked) as model:
        writer, scorer = _writer(asked, model, loaded, ask), _scorer(asked, model)
        with searching(
            loaded, retrieval, asked.retriever, asked.depth, asked.cache, asked.on_done, asked.warn, writer, scorer
        ) as system:
            mode = "" if writer is None else f"-{writer.method}"
            mark = run_manifest(items, system).fingerprint
            folder = out or runs / f"{items.task.name}-{asked.retriever}{mode}-{mark}"
            done = asyncio.run(evaluate(items.task, data, system, folder, limit=asked.limit, seed=asked.seed))
    return folder, done


def measure_r2med(
    asked: Measuring, folders: Mapping[str, Path], runs: Path, published: Path | None, *, as_json: bool
) -> str:
    """Every task's run below ``runs``, and the figures of all beside published systems: a table, or JSON."""
    ndcg: dict[str, float] = {}
    recall: dict[str, float] = {}
    for task, folder in folders.items():
        _, done = measure_set(asked, "r2med", folder, None, runs / "r2med" / task, R2MED_ASKS.get(task, QUESTION))
        figures = {measure.name: interval.estimate for measure, interval in done.summary.figures if interval}
        ndcg[task], recall[task] = 100 * figures["nDCG@10"], 100 * figures["R@100"]
    ours = System(" ".join(["wardround", asked.retriever, asked.query_mode]), ndcg)
    if as_json:
        return json.dumps({"system": ours.name, "nDCG@10": ndcg, "mean": ours.mean, "R@100": recall}) + "\n"
    return table(ours, recall, published_systems(published) if published else []) + "\n"


@contextmanager
def _model(asked: Measuring) -> Iterator[_Running | None]:
    """The configured language model with a loop of its own, where something of the measurement needs one."""
    rewrites = _method(asked) is not None and asked.rewrites is None
    if not rewrites and asked.settings.retrieval.stages.reranker != BY_MODEL:
        yield None
        return
    from wardround.agent.event_loop import LoopThread
    from wardround.agent.models.choose import choose_model

    model = choose_model(asked.settings.model)
    if model is None:
        raise EvaluationError(
            f"--query-mode {asked.query_mode} needs a language model: name one with --model, or a file with --rewrites"
            if rewrites
            else "retrieval.stages.reranker=model needs a language model: name one with --model"
        )
    loop = LoopThread("retrieval")
    try:
        yield _Running(model, loop)
    finally:
        loop.run(model.aclose())
        loop.close()


def _method(asked: Measuring) -> Method | None:
    return next((one for one in FORMS if one == asked.query_mode), None)


def _writer(asked: Measuring, running: _Running | None, judged: JudgedSet, ask: Ask) -> QueryWriter | None:
    method = _method(asked)
    if method is None:
        if asked.rewrites:
            raise EvaluationError("--rewrites needs the --query-mode that the passages were written for")
        return None
    if asked.rewrites:
        from wardround.evals.retrieval.rewrites import read_rewrites

        return read_rewrites(asked.rewrites, method, judged.queries)
    if running is None:
        raise EvaluationError(f"--query-mode {method} was given no language model to write with")
    from wardround.evals.retrieval.rewrites import written_by

    return PassageWriter(written_by(running.model, running.loop), method, ask, fingerprint=running.model.fingerprint)


def _scorer(asked: Measuring, running: _Running | None) -> ModelScorer | None:
    if running is None or asked.settings.retrieval.stages.reranker != BY_MODEL:
        return None
    from wardround.evals.retrieval.model_reranking import ModelScorer

    return ModelScorer(running.model, running.loop)
