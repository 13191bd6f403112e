"""Searches over judged sets as tasks: a query is an item, what people judged relevant is its gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.records import Gold, Item
from wardround.evals.retrieval.judged_set import JudgedSet
from wardround.evals.scoring.ranking import FURTHER, HEADLINE, RankingScorer
from wardround.evals.tasks.task import Measure, Task

PREFIX = "retrieval_"

CORPUS = "corpus"
"""Part of a run's system that says what was searched: figures over another corpus are not comparable."""

SETS = (
    "scifact",
    "bioasq_passages",
    "bioasq_documents",
    "liveqa_medquad",
    "evidence_sections",
    "pubmedqa",
    "union",
    "r2med",
    "beir",
)
"""The judged sets by name; their readers in ``evals.retrieval.catalogue`` need the readers of rows in this package."""

_SAYS = {"nDCG": "relevant passages, the better ones first", "R": "relevant passages that are found"}


def judged_items(judged: JudgedSet) -> Iterator[Item]:
    """The set's queries, in its order."""
    for query, text in judged.queries.items():
        yield Item(query, text, Gold(relevance=dict(judged.judgements[query])), cluster=query)


def refuse_retrieval(task: Task) -> Task:
    """``task``, if questions are answered in it.

    Raises:
        EvaluationError: it is a search over a judged set.
    """
    if task.name.startswith(PREFIX):
        raise EvaluationError(
            f"{task.name} measures searches: run it with `wardround eval retrieval {task.name.removeprefix(PREFIX)}`"
        )
    return task


def _loader(name: str) -> Callable[[Path], Iterator[Item]]:
    def load(data: Path) -> Iterator[Item]:
        from wardround.evals.retrieval.catalogue import load_judged_set

        return judged_items(load_judged_set(name, data))

    return load


RETRIEVAL_TASKS = tuple(
    Task(
        name=f"{PREFIX}{name}",
        title=f"Retrieval on {name}",
        folder=".",  # a set may lie in several folders of the data folder
        load=_loader(name),
        prompts=(),
        scorer=RankingScorer(),
        measures=(
            Measure(str(HEADLINE), _SAYS["nDCG"]),
            *(Measure(str(one), _SAYS.get(one.kind, "relevant passages at the top"), str(one)) for one in FURTHER),
        ),
        tested="all",
    )
    for name in SETS
)
