"""Plans follow-up queries by coverage: what does the question ask that no passage speaks to yet?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from wardround.agent.quoting.gaps import missing_qualifiers, missing_words, telling_words
from wardround.agent.records import Brief, Framed, Plan
from wardround.corpora.records import Passage
from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

LOOKED_AT = 8
"""A gap is what the best passages lack; that some far-off passage holds the word does not fill it."""
TOPIC_WORDS = 4

_PARTS = re.compile(
    r"(?<=\?)\s+|;\s+|,?\s+and (?=(?:what|which|when|how|who|is|are|should|does|do|can)\b)", re.IGNORECASE
)


class CoveragePlanner:
    """First the question and its parts; then each gap joined with the question's topic."""

    def __init__(self, rarity: TermRarity) -> None:
        self._rarity = rarity

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """Queries for what is not covered; none when nothing is missing that the corpus knows."""
        question = framed.question
        asked = {_normal(brief.query) for brief in briefs}
        # How rare a word is, is asked of the store.
        wanted = (
            await asyncio.to_thread(self._gap_queries, question, found) if briefs else _question_and_parts(question)
        )
        fresh = [query for query in dict.fromkeys(wanted) if _normal(query) not in asked]
        dropped = tuple(query for query in wanted if _normal(query) in asked)
        if not fresh:
            return Plan((), reason="the passages found speak to every part of the question that the corpus knows")
        return Plan(tuple(fresh[:n_queries]), reason="parts of the question are not covered yet", dropped=dropped)

    def _gap_queries(self, question: str, found: Sequence[Passage]) -> list[str]:
        texts = [passage.contents for passage in found[:LOOKED_AT]]
        gaps = [word for word in missing_words(question, texts, self._rarity) if self._known(word)]
        topic = [word for word in telling_words(question, self._rarity) if word not in gaps][:TOPIC_WORDS]
        queries = [" ".join([*topic, gap]) for gap in gaps]
        queries += [" ".join([*topic, qualifier]) for qualifier in missing_qualifiers(question, texts)]
        return queries

    def _known(self, word: str) -> bool:
        return any(self._rarity.known(term) for term in analyse(word))


def _question_and_parts(question: str) -> list[str]:
    parts = [part.strip() for part in _PARTS.split(question) if len(part.split()) >= 4]
    return [question, *(parts if len(parts) > 1 else [])]


def _normal(query: str) -> str:
    return " ".join(re.findall(r"\w+", query.casefold()))
