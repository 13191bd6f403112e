"""Certificates of evidence for an index of SciFact's abstracts and BioASQ's snippets, and what they are worth.

Run it again with ``make certificates``. The index is built as ``wardround corpus add beir FILE --name NAME`` builds it,
and the agent runs as its profile ``embedded`` describes it, up to the choice of passages: whoever puts the same two
files into an index under the shipped defaults may use the certificates. It writes one file for each certificate, what
the index says about itself, and the tables of ``docs/results/evidence-calibration.md`` to standard output.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wardround.agent.certificates import Certificate, write_certificate
from wardround.agent.settings import Settings
from wardround.corpora.sources.beir import BeirCorpus
from wardround.evals.calibration.certify import Asked, Outcome, certify_fixed_k, certify_per_question
from wardround.evals.calibration.evidence import Gathered, JudgedQuestion, gather
from wardround.evals.calibration.judged_evidence import over_configured_index, title
from wardround.evals.calibration.realised import realised_risk, settings_in_order
from wardround.evals.calibration.savings import savings
from wardround.evals.calibration.selective_evidence import certify_selective
from wardround.evals.retrieval.catalogue import load_judged_set
from wardround.evals.statistics.intervals import Interval
from wardround.files import write_atomically
from wardround.retrievers.embedders.choose import choose_embedder
from wardround.retrievers.index.build import Recipe, build_index
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.index.targets import FolderTarget

CORPORA = {"scifact": Path("scifact", "corpus.jsonl.gz"), "bioasq": Path("bioasq", "passages.jsonl.gz")}
"""What the index holds: names of corpora in the form of BEIR, and their files in the data folder."""

QUESTIONS = {"scifact": "scifact", "bioasq_passages": "bioasq"}
"""Judged sets, and the corpus that holds what each judges."""

MANIFEST = "index.json"
ALPHAS = (0.05, 0.1, 0.2)
DELTA = 0.1
CHOICES: dict[str, Callable[[Sequence[Gathered], Asked], Outcome]] = {
    "fixed": certify_fixed_k,
    "per-question": certify_per_question,
    "selective": certify_selective,
}


@dataclass(frozen=True)
class Found:
    """What the pipeline found for the questions of one set, and what it consists of."""

    name: str
    questions: list[Gathered]
    parts: dict[str, str]


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of the study."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the judged data sets")
    parser.add_argument("--index", type=Path, required=True, help="folder of the index, which is built where it is not")
    parser.add_argument("--out", type=Path, required=True, help="folder of the certificates")
    asked = parser.parse_args(arguments)
    settings = with_index(Settings(), asked.index)
    manifest = build(settings, asked.data)
    for old in asked.out.glob("*.json"):
        old.unlink()
    write_atomically(asked.out / MANIFEST, manifest.to_json())
    for name in QUESTIONS:
        found = find(settings, name, asked.data)
        sys.stdout.write("\n".join([f"## {title(name)}", "", *tables(found, asked.out), ""]) + "\n")
        sys.stdout.flush()


def with_index(settings: Settings, folder: Path) -> Settings:
    """The same settings with another folder of the index, which no certificate depends on."""
    store = settings.retrieval.store.model_copy(update={"folder": folder})
    retrieval = settings.retrieval.model_copy(update={"store": store})
    return settings.model_copy(update={"retrieval": retrieval})


def build(settings: Settings, data: Path) -> Manifest:
    """Puts both corpora into the index that ``settings`` name; an index of them is left as it is."""
    retrieval = settings.retrieval
    recipe = Recipe(choose_embedder(retrieval.embedder), retrieval.bm25, sentences=retrieval.sentence_vectors)
    sources = [BeirCorpus(data / path, name) for name, path in CORPORA.items()]
    return build_index(sources, FolderTarget(retrieval.store.folder), recipe)


def find(settings: Settings, name: str, data: Path) -> Found:
    """The evidence for the questions of one set, searched for in the whole index."""
    judged = load_judged_set(name, data)
    questions = [
        JudgedQuestion(
            text,
            frozenset(f"{QUESTIONS[name]}:{one}" for one, value in judged.judgements[query].items() if value > 0),
        )
        for query, text in judged.queries.items()
    ]
    with over_configured_index(settings, questions, choose_embedder(settings.retrieval.embedder)) as pipeline:
        found = gather(pipeline.equipment, pipeline.reader, pipeline.questions, lambda: None)
        return Found(name, found, dict(pipeline.equipment.parts))


def tables(found: Found, out: Path) -> Iterator[str]:
    """Certificates, which are written to ``out`` as well, promises kept, and passages saved."""
    yield "| choice | evidence missed at most | passages read | answered | missed | on questions |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for choice, certify in CHOICES.items():
        for alpha in ALPHAS:
            outcome = certify(found.questions, Asked(alpha, DELTA, title(found.name), found.parts))
            if (made := outcome.certificate) is not None:
                write_certificate(out / f"{found.name}-{choice}-{100 * alpha:.0f}.json", made)
            yield _row(choice, alpha, outcome)
    yield from (
        "",
        "| choice | promised | certified in | broken in | above in |",
        "| --- | ---: | ---: | ---: | ---: |",
    )
    for choice, losses in settings_in_order(found.questions).items():
        for alpha in ALPHAS:
            kept = realised_risk(losses, alpha, DELTA)
            shares = f"{kept.certified:.1%} | {_spread(kept.broken)} | {_spread(kept.exceeded)}"
            yield f"| {choice} | {alpha:.0%} | {shares} |"
    yield from ("", "| recall | fixed k | fixed k, sorted | per question | saved | saved, sorted |")
    yield "| ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in savings(found.questions):
        read = f"{one.fixed:.1f} | {one.fixed_by_relevance:.1f} | {one.per_question:.1f}"
        yield f"| {one.target:.0%} | {read} | {one.saved:.0%} | {one.saved_beyond_sorting:.0%} |"


def _row(choice: str, alpha: float, outcome: Outcome) -> str:
    made = outcome.certificate
    if made is None:
        return f"| {choice} | {alpha:.0%} | none (from {outcome.smallest_alpha:.1%} on) | | | |"
    answered = f"{made.selective.coverage:.0%}" if made.selective else "all"
    return f"| {choice} | {alpha:.0%} | {_read(made)} | {answered} | {made.risk:.1%} | {made.questions} |"


def _read(made: Certificate) -> str:
    return f"{made.per_question.mean_k:.1f} on average" if made.per_question else str(made.k)


def _spread(share: Interval) -> str:
    return f"{share.estimate:.1%} ({share.low:.1%} to {share.high:.1%})"


if __name__ == "__main__":
    main()
