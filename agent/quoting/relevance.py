"""How well a possible quotation answers the question asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wardround.agent.quoting.candidates import Candidate
from wardround.agent.quoting.expectations import expectations_of, share_met
from wardround.agent.quoting.qualifiers import qualifiers_of
from wardround.retrievers.analysis import analyse
from wardround.retrievers.protocols import Embedder, Matrix, Vector
from wardround.retrievers.term_rarity import TermRarity


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign of relevance counts; tuned on ``benchmarks/questions/starter_tuning.jsonl``."""

    similarity: float = 0.25
    passage: float = 0.25
    own_words: float = 0.20
    context_words: float = 0.27
    expectation: float = 0.12
    qualifier: float = 0.12
    standing: float = 0.04


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of relevance of one candidate, each in [0, 1] or a cosine.

    Attributes:
        similarity: cosine of question and quotation under its headings.
        passage: cosine of question and passage.
        own_words: IDF-weighted share of the question's words in the quotation itself.
        context_words: the same with title and headings.
        expectation: share of the kinds of answer asked for that the quotation contains.
        qualifier: share of the question's qualifiers that the quotation or its headings speak to.
        standing: 1 for a quotation of the first passage retrieved, 3/4 for the second, 3/5 for the third, ...
    """

    similarity: float
    passage: float
    own_words: float
    context_words: float
    expectation: float
    qualifier: float
    standing: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its relevance; ``vector`` is that of ``Candidate.in_context``."""

    candidate: Candidate
    relevance: float
    signs: Signs
    vector: Vector


class Relevance:
    """Scores candidates for a question by meaning, by words and by kind of answer."""

    def __init__(self, embedder: Embedder, rarity: TermRarity, weights: Weights | None = None) -> None:
        self._embedder = embedder
        self._rarity = rarity
        self._weights = weights or Weights()

    def score(self, question: str, candidates: Sequence[Candidate], passage_vectors: dict[str, Vector]) -> list[Scored]:
        """Every candidate, the most relevant first, ties in reading order.

        Args:
            question: stands alone.
            candidates: the possible quotations.
            passage_vectors: by passage id, for every passage of ``candidates``, in the order of retrieval.
        """
        if not candidates:
            return []
        asked = self._embedder.embed_queries([question])[0]
        vectors = self._embedder.embed_passages([one.in_context for one in candidates])
        signs = self._signs(question, candidates, asked, vectors, passage_vectors)
        scored = [
            Scored(candidate, self._weigh(one), one, vector)
            for candidate, one, vector in zip(candidates, signs, vectors, strict=True)
        ]
        return sorted(scored, key=lambda one: -one.relevance)

    def _signs(
        self,
        question: str,
        candidates: Sequence[Candidate],
        asked: Vector,
        vectors: Matrix,
        passage_vectors: dict[str, Vector],
    ) -> list[Signs]:
        words = set(analyse(question))
        total = self._rarity.total(list(words)) or 1.0
        expectations, qualifiers = expectations_of(question), qualifiers_of(question)
        similarities = vectors @ asked
        place = {passage_id: position for position, passage_id in enumerate(passage_vectors)}
        signs = []
        for candidate, similarity in zip(candidates, similarities, strict=True):
            heading = " ".join([candidate.passage.biblio.title, *candidate.passage.heading])
            own = words & set(analyse(candidate.text))
            context = own | (words & set(analyse(heading)))
            speaks = [bool(one.spoken_to.search(candidate.in_context)) for one in qualifiers]
            signs.append(
                Signs(
                    similarity=float(similarity),
                    passage=float(np.dot(passage_vectors[candidate.passage.id], asked)),
                    own_words=self._rarity.total(list(own)) / total,
                    context_words=self._rarity.total(list(context)) / total,
                    expectation=share_met(expectations, candidate.text),
                    qualifier=sum(speaks) / len(speaks) if speaks else 0.0,
                    standing=3 / (3 + place[candidate.passage.id]),
                )
            )
        return signs

    def _weigh(self, signs: Signs) -> float:
        weights = self._weights
        return (
            weights.similarity * signs.similarity
            + weights.passage * signs.passage
            + weights.own_words * signs.own_words
            + weights.context_words * signs.context_words
            + weights.expectation * signs.expectation
            + weights.qualifier * signs.qualifier
            + weights.standing * signs.standing
        )
