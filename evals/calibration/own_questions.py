"""Questions of one's own whose evidence lies in one's own index."""

from __future__ import annotations

from pathlib import Path

from wardround.errors import EvaluationError
from wardround.evals.calibration.evidence import JudgedQuestion
from wardround.evals.retrieval.beir import read_qrels, read_queries


def read_own_questions(data: Path) -> list[JudgedQuestion]:
    """The questions in BEIR's format (``evals/retrieval/beir.py``), without a corpus.

    A judgement names a passage or a document of the index; 1 and above is relevant. Questions without any are left out.

    Raises:
        EvaluationError: a file is absent or damaged, an id comes twice, or a judgement names a question that is not
            there.
    """
    texts = read_queries(data)
    gold: dict[str, set[str]] = {}
    for query, passage, relevance in read_qrels(data):
        if query not in texts:
            raise EvaluationError(f"{data}: a judgement names the question {query!r}, which is not there")
        if relevance > 0:
            gold.setdefault(query, set()).add(passage)
    return [JudgedQuestion(texts[query], frozenset(named)) for query, named in gold.items()]
