"""A corpus, queries, and which passages people judged relevant to each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wardround.corpora.records import Biblio, Passage
from wardround.errors import EvaluationError


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """What a retriever is measured on.

    Attributes:
        queries: text by id; only those with a relevant passage, since no measure is defined for the others.
        judgements: relevance by passage id, by query id; 1 and above is relevant.
    """

    name: str
    passages: tuple[Passage, ...]
    queries: Mapping[str, str]
    judgements: Mapping[str, Mapping[str, int]]


def judged_set(
    name: str,
    passages: Iterable[Passage],
    queries: Mapping[str, str],
    judgements: Iterable[tuple[str, str, int]],
) -> JudgedSet:
    """The set, with judgements by query and without queries that have no relevant passage.

    Args:
        name: how results call it.
        passages: the corpus.
        queries: text by id.
        judgements: triples of query id, passage id and relevance.

    Raises:
        EvaluationError: an id comes twice, or a judgement names a query or a passage that is not there. Such a
            passage could never be found and would lower every score without a word.
    """
    judged = judged_as_released(name, passages, queries, judgements)
    for query, passage in unknown_passages(judged):
        raise EvaluationError(f"{name}: a judgement of query {query!r} names the unknown passage {passage!r}")
    return judged


def unknown_passages(judged: JudgedSet) -> Iterator[tuple[str, str]]:
    """Query and passage of every judgement whose passage is not in the corpus."""
    corpus = {passage.id for passage in judged.passages}
    for query, judgements in judged.judgements.items():
        yield from ((query, passage) for passage in judgements if passage not in corpus)


def judged_as_released(
    name: str,
    passages: Iterable[Passage],
    queries: Mapping[str, str],
    judgements: Iterable[tuple[str, str, int]],
) -> JudgedSet:
    """``judged_set`` that keeps judgements of passages which are not there: no run finds them, as trec_eval has it.

    Raises:
        EvaluationError: an id comes twice, a passage is judged twice for a query and not alike, or a judgement names a
            query that is not there.
    """
    corpus = {passage.id: passage for passage in _each_once(name, passages)}
    by_query: dict[str, dict[str, int]] = {}
    for query, passage, relevance in judgements:
        if query not in queries:
            raise EvaluationError(f"{name}: a judgement names the query {query!r}, which is not there")
        if by_query.setdefault(query, {}).setdefault(passage, relevance) != relevance:
            raise EvaluationError(
                f"{name}: passage {passage!r} is judged twice for query {query!r}, {by_query[query][passage]} and "
                f"{relevance}: keep one of them"
            )
    answerable = {query for query, judged in by_query.items() if max(judged.values()) > 0}
    return JudgedSet(
        name=name,
        passages=tuple(corpus.values()),
        queries={query: text for query, text in queries.items() if query in answerable},
        judgements={query: judged for query, judged in by_query.items() if query in answerable},
    )


def whole_passage(identifier: str, corpus: str, title: str, text: str, year: int | None = None) -> Passage:
    """A passage that is a document of its own, as in a judged set."""
    return Passage(identifier, identifier, corpus, 0, (), text, 0, len(text), Biblio(title=title, year=year))


def read_judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    """The triples of a tab-separated file: query id, passage id, relevance; the first line may be a heading.

    Raises:
        EvaluationError: the file is absent or damaged, a line has another form, or a passage is judged twice for a
            query and not alike.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise EvaluationError(f"{path} does not exist: name the folder that holds the judged set") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for number, line in enumerate(lines, start=1):
        fields = line.split("\t")
        if len(fields) != 3 or not (_is_whole(fields[2]) or number == 1):
            raise EvaluationError(f"{path}:{number}: expected query id, passage id and a whole number, tab-separated")
        if not _is_whole(fields[2]):
            continue  # a heading, such as query-id, corpus-id, score
        query, passage, relevance = fields[0], fields[1], int(fields[2])
        before, place = seen.setdefault((query, passage), (relevance, number))
        if before != relevance:
            raise EvaluationError(
                f"{path}:{number}: passage {passage!r} is judged {relevance} for query {query!r}, and {before} in line "
                f"{place}: keep one of them"
            )
        yield query, passage, relevance


def _is_whole(field: str) -> bool:
    return field.removeprefix("-").isdecimal()


def _each_once(name: str, passages: Iterable[Passage]) -> Iterator[Passage]:
    seen: set[str] = set()
    for passage in passages:
        if passage.id in seen:
            raise EvaluationError(f"{name}: two passages have the id {passage.id!r}")
        seen.add(passage.id)
        yield passage
