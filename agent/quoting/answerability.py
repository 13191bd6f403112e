"""Whether what was found answers the question at all, or the honest answer is that it does not."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.quoting.relevance import Scored
from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

WORDS_WEIGHT = 0.4
LEAST = 0.66
"""Both from a logistic regression on ``benchmarks/questions/starter_tuning.jsonl`` (docs/design/004): with the packaged
embedder they hold back 78 % of the unanswerable questions there, most of them near misses, and 8 % of the others."""


def answers_something(question: str, scored: Sequence[Scored], rarity: TermRarity) -> bool:
    """Whether the best quotation's passage is near enough to the question in meaning and in words.

    The two signs are the cosine of question and passage, and the IDF-weighted share of the question's words
    that the passage or its headings hold. A passage that is near in meaning but lacks the very words asked for is
    mostly about a neighbouring subject.
    """
    if not scored:
        return False
    best = scored[0]
    words = set(analyse(question))
    held = words & set(analyse(best.candidate.passage.contents))
    share = rarity.total(list(held)) / (rarity.total(list(words)) or 1.0)
    return best.signs.passage + WORDS_WEIGHT * share >= LEAST
