"""How well each retriever finds what people judged relevant, set by set, and how long a query takes.

Run it with ``.venv/bin/python benchmarks/retrieval_study.py --data DIR --cache FILE``. The first run embeds the
passages (some minutes for 30 000), later ones take them from the cache. The last line is JSON. TREC run files go to
``--runs``. Where the sets include those that ``targets.toml`` has targets for, it exits with 1 when one is missed; the
targets of the other sets are in ``retrieval.py``, which takes less time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from figures import judged as against_targets
from figures import machine, table

from wardround.evals.retrieval.catalogue import JUDGED_SETS, load_judged_set
from wardround.evals.retrieval.indexing import JudgedIndex, index_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.retrieval.measures import Measure
from wardround.evals.retrieval.run import Run, differences, means, run_over
from wardround.evals.retrieval.trec_run import write_run
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.convex import ConvexRetriever
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.hybrid import HybridRetriever
from wardround.retrievers.protocols import Embedder, Retriever
from wardround.retrievers.settings import Bm25Settings, ConvexSettings, EmbedderSettings, FusionSettings
from wardround.retrievers.single import Bm25Retriever, DenseRetriever

MEASURES = [Measure.named(name) for name in ("nDCG@10", "R@100", "AP@100", "RR@10")]
DEPTH = 100
TIMED_QUERIES = 200


def main() -> int:
    """Measures every set asked for, and says by the exit code whether the targets of these sets were reached."""
    asked = arguments()
    embedder = choose_embedder(asked.embedder)
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}\n{embedder.fingerprint}", flush=True)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for name in asked.sets:
        judged = load_judged_set(name, asked.data)
        print(f"\n{name}: {len(judged.queries)} queries, {len(judged.passages)} passages", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            index = index_judged_set(
                judged, embedder, Bm25Settings(), Path(folder) / "store", asked.cache, lambda done: None
            )
            figures[name] = measured(judged, retrievers(index, embedder), asked.runs)
            index.store.close()
    reached = True
    if set(figures) >= {"union", "evidence_sections", "liveqa_medquad"}:
        rows = against_targets("retrieval_study", targeted(figures), {})
        print(f"\n{table(rows)}")
        reached = all(row.reached for row in rows)
    print(json.dumps(figures))
    return 0 if reached else 1


def targeted(figures: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """The figures that have targets."""

    def gain(rows: dict[str, dict[str, float]]) -> float:
        return rows["default"]["nDCG@10"] - max(rows[part]["nDCG@10"] for part in ("bm25", "dense"))

    return {
        "union_recall_at_100": figures["union"]["default"]["R@100"],
        "evidence_sections_ndcg_gain": gain(figures["evidence_sections"]),
        "liveqa_ndcg_gain": gain(figures["liveqa_medquad"]),
    }


def retrievers(index: JudgedIndex, embedder: Embedder) -> dict[str, Retriever]:
    """What is compared; the others are tested against the first."""
    parts = (index.store, embedder, index.encoder)
    return {
        "default": choose_retriever(*parts, FusionSettings()),
        "bm25": Bm25Retriever(index.store, index.encoder),
        "dense": DenseRetriever(index.store, embedder),
        "rrf": HybridRetriever(*parts),
        "convex sum": ConvexRetriever(*parts, ConvexSettings(feedback_passages=0, neighbours=0)),
    }


def measured(
    judged: JudgedSet, compared: dict[str, Retriever], runs_folder: Path | None
) -> dict[str, dict[str, float]]:
    """Each retriever's means and its median milliseconds a query, printed as they come."""
    runs: dict[str, Run] = {}
    rows: dict[str, dict[str, float]] = {}
    for name, retriever in compared.items():
        runs[name] = Run(name.replace(" ", "-"), run_over(retriever, judged, DEPTH).rankings)
        rows[name] = means(runs[name], judged, MEASURES) | {"ms": milliseconds(retriever, judged)}
        print(f"  {name:22}" + "  ".join(f"{key} {value:.4f}" for key, value in rows[name].items()), flush=True)
        if runs_folder:
            write_run(runs[name], runs_folder / f"{judged.name}.{runs[name].name}.run")
    first, *others = runs.values()
    for difference in differences(first, others, judged, MEASURES[:2]):
        print(
            f"  {difference.second} - {difference.first}: {difference.measure} {difference.gain:+.4f}, "
            f"p {difference.p_value:.4f} (Holm)"
        )
    return rows


def milliseconds(retriever: Retriever, judged: JudgedSet) -> float:
    """Median time of one search; the queries' vectors are remembered from the run, so embedding is not in it."""
    taken = []
    for query in list(judged.queries.values())[:TIMED_QUERIES]:
        begun = time.perf_counter()
        retriever.search(query, 16)
        taken.append(time.perf_counter() - begun)
    return 1000 * statistics.median(taken)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with a folder for each judged set")
    parser.add_argument("--cache", type=Path, required=True, help="file that keeps dense vectors between runs")
    parser.add_argument("--sets", nargs="+", choices=list(JUDGED_SETS), default=["scifact", "bioasq_passages"])
    parser.add_argument("--model", help="a transformers encoder by folder or name; without it the packaged MiniLM")
    parser.add_argument("--runs", type=Path, help="folder for TREC run files")
    asked = parser.parse_args()
    kind = "transformers" if asked.model else "minilm"
    asked.embedder = EmbedderSettings.model_validate({"kind": kind, "model": asked.model, "batch_size": 64})
    return asked


if __name__ == "__main__":
    sys.exit(main())
