"""Whether an answer stands on the right section, or says rightly that there is none."""

from __future__ import annotations

from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.scoring.citations import citation_figures


class SectionScorer:
    """One for citing a section that answers the question, or for abstaining where none does."""

    name = "section-1"

    def score(self, item: Item, result: ItemResult) -> Score:
        """1 or 0; an abstention where a section answers is a refusal."""
        if result.failure is not None or result.answer is None:
            return Score(item.id, "failed", 0.0, None, result.failure or "the system gives no cited answer")
        abstained = bool(result.answer["abstained"])
        figures = citation_figures(item, result)
        if item.gold.refuse:
            said = "abstained" if abstained else "answered although no section does"
            return Score(item.id, "answered", float(abstained), said, said, figures)
        if abstained:
            return Score(item.id, "refused", 0.0, None, "abstained although a section answers", figures)
        cited = list(dict.fromkeys(one["document_id"] for one in result.answer["references"]))
        right = any(document in item.gold.documents for document in cited)
        reason = "a right section is cited" if right else "no right section is cited"
        return Score(item.id, "answered", float(right), ", ".join(cited), reason, figures)
