"""``wardround eval retrieval``: how well a retriever finds what people judged relevant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from wardround.commands.evaluation_options import RUNS, DataOption, JsonOption
from wardround.commands.options import ConfigOption, ProfileOption, QuietOption, SetOption, settings_from_options


def retrieval(
    judged: Annotated[str, Argument(metavar="SET", help="Judged set, such as scifact; r2med and beir read --data.")],
    data: DataOption,
    retriever: Annotated[str, Option("--retriever", help="fused (as answers use it), bm25 or dense.")] = "fused",
    depth: Annotated[int, Option("--depth", min=10, help="Passages a query.")] = 100,
    limit: Annotated[int | None, Option("--limit", min=1, help="A random part of that many queries.")] = None,
    seed: Annotated[int, Option("--seed", min=0, help="Which part.")] = 0,
    out: Annotated[Path | None, Option("--out", help="Folder of the run; default: one below runs/.")] = None,
    cache: Annotated[Path, Option("--cache", help="File that keeps embeddings over runs.")] = RUNS / "embeddings",
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Search a judged set's passages for each of its queries, and report nDCG@10, recall, MAP and MRR."""
    import asyncio

    from wardround.commands.evaluation_telling import tell
    from wardround.evals.evaluate import evaluate, run_manifest
    from wardround.evals.retrieval.catalogue import load_judged_set
    from wardround.evals.retrieval.searching import retriever_named, searching
    from wardround.evals.runner import Selection
    from wardround.evals.tasks import task_named
    from wardround.evals.tasks.judged_retrieval import PREFIX
    from wardround.retrievers.embedders.choose import choose_embedder

    name = retriever_named(retriever)
    loaded = load_judged_set(judged, data)
    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings.retrieval
    items = Selection(task_named(f"{PREFIX}{judged}"), data, limit, seed)
    cache.parent.mkdir(parents=True, exist_ok=True)

    def told(done: int) -> None:
        if not quiet and sys.stderr.isatty():
            sys.stderr.write(f"\r{done} of {len(loaded.passages)} passages indexed")

    with searching(loaded, settings, choose_embedder(settings.embedder), name, depth, cache, told) as system:
        folder = out or RUNS / f"{items.task.name}-{name}-{run_manifest(items, system).fingerprint}"
        done = asyncio.run(evaluate(items.task, data, system, folder, limit=limit, seed=seed))
    tell(folder, done, as_json=as_json)
