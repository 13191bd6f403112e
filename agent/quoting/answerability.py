"""Whether what was found answers the question at all, or the honest answer is that it does not."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.quoting.concepts import concepts_of, share_covered
from wardround.agent.quoting.relevance import Scored
from wardround.retrievers.term_rarity import TermRarity

WORDS_WEIGHT = 0.4
LEAST = 0.78
"""Chosen on ``benchmarks/questions/starter_tuning.jsonl`` with the packaged embedder (docs/design/004).

At 0.75 it held back nine in ten of the questions there that the corpus does not answer, most of them near misses, and
one in eleven of those that it does, nearly all of them telegraphic ("AUDIT-C cut-offs?"). A wrong answer costs more
than none.
"""


def answers_something(question: str, scored: Sequence[Scored], rarity: TermRarity) -> bool:
    """Whether the best quotation is near enough to the question in meaning, and its document in words.

    The two signs are the larger cosine of question with quotation or passage (a table row may be near where its
    passage is not), and the share of the question's concepts, weighted by IDF, that the best quotation's document
    holds among what was found. What is near in meaning but lacks the very words asked for is mostly about a
    neighbouring subject.
    """
    if not scored:
        return False
    best = scored[0]
    document = best.candidate.passage.document_id
    texts = {one.candidate.passage.contents for one in scored if one.candidate.passage.document_id == document}
    nearness = max(best.signs.passage, best.signs.similarity)
    return nearness + WORDS_WEIGHT * share_covered(concepts_of(question, rarity), texts) >= LEAST
