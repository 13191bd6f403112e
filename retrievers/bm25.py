"""BM25 as sparse vectors, so that a vector store can rank by it.

Lucene's formula scores a passage ``d`` for a query ``q`` as

    sum over terms t of q:  idf(t) * tf / (tf + k1 * (1 - b + b * length(d) / average_length))
    idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5))

(Kamphuis et al., ECIR 2020, variant "Lucene (accurate)", without the factor ``k1 + 1``, which changes no order).
A passage vector holds the fraction, a query vector the number of times each term is asked for, and the store multiplies
by the IDF of what it holds (Qdrant's ``Modifier.IDF`` is this formula), so that adding passages needs no second pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from wardround.errors import InputError
from wardround.retrievers.analysis import ENGLISH_BIOMEDICAL, Analysis
from wardround.retrievers.analysis_choice import choose_analysis
from wardround.retrievers.protocols import SparseVector
from wardround.retrievers.settings import Bm25Settings


class Bm25Encoder:
    """Turns texts into sparse vectors whose dot product, weighted by IDF, is the BM25 score.

    Attributes:
        analysis: what the words of passages and queries are.
    """

    def __init__(self, settings: Bm25Settings, average_length: float) -> None:
        """Fixes the formula's constants.

        Args:
            settings: k1, b, and what the words of passages and queries are.
            average_length: mean number of terms of the indexed passages, as ``average_length`` counts them. A value
                that has drifted by some percent as the corpus grows changes scores a little and orders rarely.

        Raises:
            InputError: ``average_length`` is not positive.
        """
        if not average_length > 0:
            raise InputError(
                f"BM25 needs a positive average passage length, not {average_length}: index some text first"
            )
        self._settings = settings
        self._average_length = average_length
        self.analysis = choose_analysis(settings.analysis)

    @property
    def fingerprint(self) -> str:
        """Changes whenever passage vectors would: analysis, term ids, k1, b and the average length."""
        return (
            f"bm25(analysis={self.analysis.fingerprint},ids=blake2b-32,k1={self._settings.k1:g},b={self._settings.b:g},"
            f"average_length={self._average_length:.6g})"
        )

    def encode_passage(self, text: str) -> SparseVector:
        """The saturated, length-normalised frequency of each term, between 0 and 1; empty for a text without terms."""
        terms = self.analysis.terms(text)
        relative_length = len(terms) / self._average_length
        penalty = self._settings.k1 * (1 - self._settings.b + self._settings.b * relative_length)
        return _sparse({term: count / (count + penalty) for term, count in Counter(terms).items()})

    def encode_query(self, text: str) -> SparseVector:
        """How often each term is asked for; empty for a query of stop words or without words."""
        return _sparse({term: float(count) for term, count in Counter(self.analysis.terms(text)).items()})


def average_length(texts: Iterable[str], analysis: Analysis = ENGLISH_BIOMEDICAL) -> float:
    """The mean number of terms of ``texts``, for ``Bm25Encoder``; 1 when no text has a term."""
    terms = passages = 0
    for text in texts:
        terms += len(analysis.terms(text))
        passages += 1
    return terms / passages if terms else 1.0


@lru_cache(maxsize=1 << 17)
def term_id(term: str) -> int:
    """A number below 2**32 for ``term``, the same on every machine and in every process.

    With 32 bits, two of 200 000 different terms share a number with 99 % probability somewhere (about 5 pairs
    expected), but a given query term meets another term with probability 0.005 %; terms that meet are counted as one.
    """
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def _sparse(weights: dict[str, float]) -> SparseVector:
    by_id: dict[int, float] = {}
    for term, weight in weights.items():
        number = term_id(term)
        by_id[number] = by_id.get(number, 0.0) + weight
    ordered = sorted(by_id.items())
    return SparseVector(tuple(number for number, _ in ordered), tuple(weight for _, weight in ordered))
