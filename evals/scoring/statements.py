"""Whether a free-text answer makes the statements it must make, and contradicts none (K-QA, arXiv:2401.14493)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wardround.agent.citing.lexical_judge import LexicalJudge
from wardround.agent.collaborators import SupportJudge
from wardround.agent.records import DraftClaim
from wardround.corpora.records import Biblio, Passage
from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.scoring.citations import citation_figures
from wardround.evals.scoring.results import said, without_text


class StatementScorer:
    """Comprehensiveness and contradictions, by a judge that reads the answer as if it were the source.

    Scores by different judges are not comparable, so the judge is part of the scorer's name. The default one counts
    words and is strict: of the physicians' own answers to K-QA it finds 69 % of the must-have statements, and a
    contradiction in 25 of 100. Read differences between systems by it, not levels; ``evals.judge_agreement`` measures
    it against physicians.
    """

    def __init__(self, judge: SupportJudge | None = None) -> None:
        self._judge = judge or LexicalJudge()

    @property
    def name(self) -> str:
        """With the judge's own fingerprint."""
        return f"statements-1 by {self._judge.fingerprint}"

    def score(self, item: Item, result: ItemResult) -> Score:
        """Headline: the share of must-have statements that the answer makes.

        Not to be called inside a running event loop: the judge gets one of its own.
        """
        if (empty := without_text(item, result)) is not None:
            return empty
        must, nice = item.gold.must_have, item.gold.nice_to_have
        verdicts = asyncio.run(self._verdicts(said(result), [*must, *nice]))
        made = [verdict == "supported" for verdict in verdicts]
        comprehensive = sum(made[: len(must)]) / len(must)
        figures = {
            "contradicted": float("contradicted" in verdicts),
            "all_statements": sum(made) / len(made),
            **citation_figures(item, result),
        }
        reason = f"{sum(made[: len(must)])} of {len(must)} must-have statements"
        return Score(item.id, "answered", comprehensive, result.text, reason, figures)

    async def _verdicts(self, text: str, statements: Sequence[str]) -> list[str]:
        answer = Passage("answer#0", "answer", "answer", 0, (), text, 0, len(text), Biblio(""))
        found = [
            await self._judge.judge(DraftClaim(statement, (answer.id,), "model"), [answer]) for statement in statements
        ]
        return [claim.verdict for claim in found]
