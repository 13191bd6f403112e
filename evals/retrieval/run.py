"""What a retriever returned for every query of a set, how good that is, and whether another is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.retrieval.measures import Measure
from wardround.evals.statistics import holm, randomisation_test
from wardround.retrievers.protocols import Retriever

_QUERIES_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Run:
    """Rankings of passage ids, best first, by query id, with their scores.

    Attributes:
        name: who made it, such as ``rrf(bm25,dense)``.
    """

    name: str
    rankings: Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs under one measure.

    Attributes:
        gain: mean of the second minus mean of the first.
        p_value: of the paired randomisation test, after Holm's correction over all differences asked for at once.
    """

    first: str
    second: str
    measure: Measure
    gain: float
    p_value: float


def run_over(retriever: Retriever, judged: JudgedSet, depth: int) -> Run:
    """What ``retriever`` returns for every query, at most ``depth`` passages each."""
    rankings: dict[str, list[tuple[str, float]]] = {}
    names = list(judged.queries)
    for start in range(0, len(names), _QUERIES_AT_ONCE):
        batch = names[start : start + _QUERIES_AT_ONCE]
        found = retriever.search_many([judged.queries[name] for name in batch], depth)
        for name, hits in zip(batch, found, strict=True):
            rankings[name] = [(hit.passage.id, hit.score) for hit in hits]
    return Run(retriever.name, rankings)


def scores(run: Run, judged: JudgedSet, measure: Measure) -> list[float]:
    """One value for each query of the set, in the set's order; a query that the run lacks scores 0."""
    return [
        measure.of([passage for passage, _ in run.rankings.get(query, ())], judged.judgements[query])
        for query in judged.queries
    ]


def means(run: Run, judged: JudgedSet, measures: Sequence[Measure]) -> dict[str, float]:
    """The mean over all queries of the set, by the name of the measure."""
    return {str(measure): fmean(scores(run, judged, measure)) for measure in measures}


def differences(
    baseline: Run, others: Sequence[Run], judged: JudgedSet, measures: Sequence[Measure], seed: int = 0
) -> list[Difference]:
    """Each run against the baseline under each measure, tested together."""
    pairs = [(other, measure) for other in others for measure in measures]
    found = []
    for other, measure in pairs:
        first, second = scores(baseline, judged, measure), scores(other, judged, measure)
        found.append((fmean(second) - fmean(first), randomisation_test(first, second, seed=seed)))
    corrected = holm([p_value for _, p_value in found])
    return [
        Difference(baseline.name, other.name, measure, gain, p_value)
        for (other, measure), (gain, _), p_value in zip(pairs, found, corrected, strict=True)
    ]
