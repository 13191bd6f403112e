"""What is searched for once a passage has been written for a query, method by method.

| method | by words | by meaning |
| --- | --- | --- |
| HyDE (Gao et al., ACL 2023) | the written passage | mean of the vectors of query and passage |
| query2doc (Wang et al., EMNLP 2023) | query, query, passage | the vector of ``query [SEP] passage`` |
| LameR (Shen et al., ACL 2024) | query, passage | mean of the vectors of query and passage |

These are the forms that R2MED's published runs used (arXiv:2505.14558).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from wardround.retrievers.protocols import Vector

Method = Literal["hyde", "query2doc", "lamer"]


@dataclass(frozen=True, slots=True)
class Forms:
    """A rewritten query.

    Attributes:
        words: is searched for by BM25.
        meaning: texts whose vectors' mean, of length 1, is searched for.
    """

    words: str
    meaning: tuple[str, ...]


def as_it_is(query: str) -> Forms:
    """A query that nothing was made of."""
    return Forms(query, (query,))


def _hyde(query: str, passage: str) -> Forms:
    return Forms(passage, (query, passage))


def _query2doc(query: str, passage: str) -> Forms:
    return Forms(f"{query} {query} {passage}", (f"{query} [SEP] {passage}",))


def _lamer(query: str, passage: str) -> Forms:
    return Forms(f"{query} {passage}", (query, passage))


FORMS: Mapping[Method, Callable[[str, str], Forms]] = {"hyde": _hyde, "query2doc": _query2doc, "lamer": _lamer}


def mean_vector(vectors: Sequence[Vector]) -> Vector:
    """The mean of vectors, brought to length 1."""
    total = np.sum(vectors, axis=0)
    mean: Vector = (total / np.linalg.norm(total)).astype(np.float32)
    return mean
