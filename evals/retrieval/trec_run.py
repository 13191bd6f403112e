"""Runs as TREC writes them: ``query Q0 passage rank score name``, one line a hit, separated by white space."""

from __future__ import annotations

from math import isfinite
from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.retrieval.run import Run
from wardround.files import write_atomically


def write_run(run: Run, path: Path) -> None:
    """Writes the run file, ranks from 1; what trec_eval reads back gives the same order unless scores tie.

    Raises:
        EvaluationError: an id contains white space, which the format cannot hold.
    """
    lines = []
    for query, ranking in run.rankings.items():
        for rank, (passage, score) in enumerate(ranking, start=1):
            for identifier in (query, passage, run.name):
                if len(identifier.split()) != 1:
                    raise EvaluationError(
                        f"{identifier!r} cannot stand in a TREC run file: it has white space or nothing"
                    )
            lines.append(f"{query} Q0 {passage} {rank} {score!r} {run.name}\n")
    write_atomically(path, "".join(lines))


def read_run(path: Path) -> Run:
    """The run in a file, in the order of its ranks; trec_eval goes by the scores, which must therefore agree.

    Raises:
        EvaluationError: the file cannot be read, a line has another form, a passage or rank comes twice for a query,
            or a score is no number or rises with its rank.
    """
    ranked: dict[str, dict[int, tuple[str, float]]] = {}
    names = set()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"{path} cannot be read as a TREC run: {error}") from error
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, start=1):
        query, passage, rank, score, name = _fields(line, f"{path}:{number}")
        if rank < 0 or not isfinite(score):
            raise EvaluationError(
                f"{path}:{number}: rank {rank} and score {score}: a rank is 0 or more, a score a finite number"
            )
        if rank in ranked.setdefault(query, {}) or (query, passage) in seen:
            raise EvaluationError(
                f"{path}:{number}: rank {rank} or passage {passage!r} comes twice for query {query!r}"
            )
        ranked[query][rank] = (passage, score)
        seen.add((query, passage))
        names.add(name)
    if len(names) != 1:
        raise EvaluationError(f"{path} holds {len(names)} runs: exactly one name must stand in the last column")
    rankings = {query: [hits[rank] for rank in sorted(hits)] for query, hits in ranked.items()}
    for query, ranking in rankings.items():
        values = [score for _, score in ranking]
        if values != sorted(values, reverse=True):
            raise EvaluationError(f"{path}: for query {query!r} a score rises with its rank")
    return Run(names.pop(), rankings)


def _fields(line: str, place: str) -> tuple[str, str, int, float, str]:
    fields = line.split()
    try:
        query, _, passage, rank, score, name = fields
        return query, passage, int(rank), float(score), name
    except ValueError as error:
        raise EvaluationError(f"{place}: expected 'query Q0 passage rank score name'") from error
