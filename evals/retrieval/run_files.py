"""TREC run files: another system's rankings measured as ours are, and ours written for other tools."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from wardround.errors import EvaluationError
from wardround.evals.evaluate import Evaluated, evaluate, run_manifest
from wardround.evals.records import Item, ItemResult
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.retrieval.run import Run
from wardround.evals.retrieval.searching import corpus_mark
from wardround.evals.retrieval.trec_run import read_run, write_run
from wardround.evals.runner import Selection, latest_results, read_manifest
from wardround.evals.tasks import task_named
from wardround.evals.tasks.judged_retrieval import CORPUS, PREFIX


class RankedBefore:
    """A ``System`` that gives each query the ranking that a run file has for it."""

    mode = "search"

    def __init__(self, run: Run, fingerprint: Mapping[str, Any]) -> None:
        """Gives what ``run`` holds; ``fingerprint`` is everything its rankings depend on."""
        self._run = run
        self._fingerprint = {"retriever": run.name, **fingerprint}

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """The run's name, and what was given."""
        return self._fingerprint

    async def __call__(self, item: Item) -> ItemResult:
        """The ids of the ranking, one a line; none for a query that the run lacks."""
        ranking = self._run.rankings.get(item.id, ())
        return ItemResult(item.id, text="\n".join(passage for passage, _ in ranking), rounds=1)


def measure_run_file(
    path: Path,
    judged: str,
    data: Path,
    out: Path | None,
    runs: Path,
    warn: Callable[[str], None],
    *,
    limit: int | None = None,
    seed: int = 0,
) -> tuple[Path, Evaluated]:
    """The figures of a run file, in ``out`` or a folder of its own below ``runs``.

    All of a ranking counts, as in trec_eval, and a query that the file lacks found nothing (trec_eval's ``-c``).

    Raises:
        EvaluationError: the file is no TREC run, or no query or no passage of it is one of the set's.
    """
    loaded, run = load_judged_set(judged, data), read_run(path)
    _tell_what_does_not_fit(run, loaded, path, warn)
    content = sha256(path.read_bytes()).hexdigest()[:16]
    system = RankedBefore(run, {"run file": content, CORPUS: corpus_mark(loaded.passages)})
    items = Selection(task_named(f"{PREFIX}{judged}"), data, limit, seed)
    folder = out or runs / f"{items.task.name}-run-{run_manifest(items, system).fingerprint}"
    return folder, asyncio.run(evaluate(items.task, data, system, folder, limit=limit, seed=seed))


def write_run_file(folder: Path, path: Path) -> None:
    """The rankings of a finished run of searches as a TREC run file, by query.

    Results keep the order of passages and not their scores, so that the score of a line is 1 / rank.

    Raises:
        EvaluationError: an id cannot stand in the format, or ``path`` cannot be written.
    """
    rankings = {
        query: [(passage, 1 / rank) for rank, passage in enumerate(result.text.splitlines(), start=1)]
        for query, result in sorted(latest_results(folder).items())
    }
    write_run(Run(read_manifest(folder).system["retriever"], rankings), path)


def _tell_what_does_not_fit(run: Run, judged: JudgedSet, path: Path, warn: Callable[[str], None]) -> None:
    corpus = {passage.id for passage in judged.passages}
    ranked = {passage for ranking in run.rankings.values() for passage, _ in ranking}
    for kind, theirs, ours in (("query", set(run.rankings), set(judged.queries)), ("passage", ranked, corpus)):
        if not theirs & ours:
            raise EvaluationError(
                f"{path}: no {kind} of it is in {judged.name}, where they are called like {min(ours)!r}: give the run "
                "of this set"
            )
    if lacking := len(judged.queries.keys() - run.rankings.keys()):
        warn(f"{path}: {lacking} judged queries are not in it and count as nothing found")
    if unjudged := len(run.rankings.keys() - judged.queries.keys()):
        warn(f"{path}: {unjudged} of its queries have no relevant passage in {judged.name} and are not counted")
    if unknown := len(ranked - corpus):
        warn(f"{path}: {unknown} of its passages are not in the corpus and count as not relevant")
