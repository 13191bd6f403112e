"""What every scorer of free text asks first: is there a text to score at all?"""

from __future__ import annotations

from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.scoring.refusals import is_service_error


def without_text(item: Item, result: ItemResult) -> Score | None:
    """The score of a result that holds nothing to read; None when there is a text."""
    if result.failure is not None:
        return Score(item.id, "failed", 0.0, None, result.failure)
    if is_service_error(result.text):
        return Score(item.id, "failed", 0.0, None, "a service's error message instead of an answer")
    if not result.text.strip():
        return Score(item.id, "unparsed", 0.0, None, "nothing was written")
    if result.answer is not None and result.answer.get("abstained"):
        return Score(item.id, "refused", 0.0, None, "the system abstained")
    return None


def said(result: ItemResult) -> str:
    """The statement part of a result: the claims of a cited answer, or the whole text; never its references."""
    if result.answer is None:
        return result.text
    return "\n".join(str(claim["text"]) for claim in result.answer.get("claims", ()))
