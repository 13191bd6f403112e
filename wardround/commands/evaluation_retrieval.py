"""``wardround eval retrieval``: how well a retriever finds what people judged relevant."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, BadParameter, Context, Option

from wardround.commands.evaluation_options import RUNS, DataOption, JsonOption
from wardround.commands.options import ConfigOption, ModelOption, ProfileOption, QuietOption, SetOption

if TYPE_CHECKING:
    from wardround.evals.retrieval.query_modes import QueryMode


_OF_A_SEARCH = (
    "retriever",
    "query_mode",
    "rewrites",
    "depth",
    "retry_failed",
    "cache",
    "model",
    "profile",
    "config",
    "assignments",
)
"""Parameters that say how to search, which a run file leaves nothing to."""


def retrieval(
    context: Context,
    judged: Annotated[str, Argument(metavar="SET", help="Judged set, such as scifact; r2med and beir read --data.")],
    data: DataOption,
    retriever: Annotated[
        str, Option("--retriever", help="fused (as answers use it), bm25, dense or r2med-bm25.")
    ] = "fused",
    query_mode: Annotated[
        str, Option("--query-mode", help="original, or rewritten by a model: hyde, query2doc, lamer; or planned.")
    ] = "original",
    rewrites: Annotated[
        Path | None, Option("--rewrites", help="Passages written before, instead of a model (JSON Lines: id, hy_doc).")
    ] = None,
    depth: Annotated[int, Option("--depth", min=10, help="Passages a query.")] = 100,
    limit: Annotated[int | None, Option("--limit", min=1, help="A random part of that many queries.")] = None,
    seed: Annotated[int, Option("--seed", min=0, help="Which part.")] = 0,
    retry_failed: Annotated[bool, Option("--retry-failed", help="Search again for queries that failed.")] = False,
    out: Annotated[Path | None, Option("--out", help="Folder of the run; default: one below runs/.")] = None,
    cache: Annotated[Path, Option("--cache", help="File that keeps embeddings over runs.")] = RUNS / "embeddings",
    published: Annotated[
        Path | None, Option("--published", help="R2MED's published scores (CSV); default: the table beside the tasks.")
    ] = None,
    run: Annotated[
        Path | None, Option("--run", help="TREC run file of any system, measured in place of a search.")
    ] = None,
    write_run: Annotated[
        Path | None, Option("--write-run", help="Write what was found as a TREC run file, too.")
    ] = None,
    as_json: JsonOption = False,
    model: ModelOption = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Search a judged set's passages for each of its queries, and report nDCG@10, recall, MAP and MRR.

    SET r2med reads one task in --data, or all eight in folders beneath it, whose unweighted mean is then printed, too;
    the published systems stand beside ours.
    """
    from wardround.commands.evaluation_telling import tell
    from wardround.commands.options import settings_from_options
    from wardround.evals.retrieval.measuring import Measuring, measure_set
    from wardround.evals.retrieval.measuring_r2med import beside_published, measure_r2med
    from wardround.evals.retrieval.r2med import column_of, task_folders, task_of
    from wardround.evals.retrieval.run_files import measure_run_file, write_run_file
    from wardround.evals.retrieval.searching import retriever_named

    if run:
        _leaves_nothing_to_search(context)
    settings = settings_from_options(config=config, profile=profile, assignments=assignments, model=model).settings
    mode = _query_mode(query_mode)
    cache.parent.mkdir(parents=True, exist_ok=True)
    asked = Measuring(
        settings,
        retriever_named(retriever),
        mode,
        rewrites,
        depth,
        limit,
        seed,
        retry_failed,
        cache,
        _told(quiet),
        _warn,
    )
    folders = task_folders(data) if judged == "r2med" else {}
    if published and (not folders or (len(folders) == 1 and as_json)):
        raise BadParameter("--published stands beside R2MED, with --json beside all its tasks: leave it out")
    if len(folders) > 1 and (run or write_run or rewrites):
        raise BadParameter("a run file or a file of rewrites is of one task: name the folder of one in --data")
    table = published or (_published_beside(data) if folders else None)
    if len(folders) > 1:
        sys.stdout.write(measure_r2med(asked, folders, out or RUNS, table, as_json=as_json))
        return
    data = next(iter(folders.values()), data)
    if published:
        column_of(data, published)  # said before anything is searched
    if run is None:
        folder, done = measure_set(asked, judged, data, out, RUNS)
    else:
        folder, done = measure_run_file(run, judged, data, out, RUNS, _warn, limit=limit, seed=seed)
    if write_run:
        write_run_file(folder, write_run)
    tell(folder, done, as_json=as_json)
    if table and not as_json and (published or task_of(data)):
        name = done.summary.manifest.system["retriever"] if run else asked.name
        sys.stdout.write(beside_published(name, data, done.summary, table))


def _published_beside(data: Path) -> Path | None:
    from wardround.evals.retrieval.r2med import PUBLISHED

    return next((one for one in (data / PUBLISHED, data.parent / PUBLISHED) if one.is_file()), None)


def _leaves_nothing_to_search(context: Context) -> None:
    given = [
        "--set" if name == "assignments" else f"--{name.replace('_', '-')}"
        for name in _OF_A_SEARCH
        if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"
    ]
    if given:
        raise BadParameter(f"--run measures what was found before: leave out {', '.join(given)}")


def _query_mode(name: str) -> QueryMode:
    from wardround.evals.retrieval.query_modes import query_mode_named

    return query_mode_named(name)


def _warn(line: str) -> None:
    sys.stderr.write(f"wardround: {line}\n")


def _told(quiet: bool) -> Callable[[int], None]:
    def told(done: int) -> None:
        if not quiet and sys.stderr.isatty():
            sys.stderr.write(f"\r{done} passages indexed")

    return told
