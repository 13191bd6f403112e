"""Which questions get the meaning of their terms beside them."""

from __future__ import annotations

from collections.abc import Callable

from wardround.agent.models.protocol import LanguageModel
from wardround.agent.settings import Settings
from wardround.retrievers.clinical_terms import explain_terms

_AS_ASKED = frozenset({"imedrag", "closed-book"})
"""Modes in which a model is asked in the user's words: a published method, and one that searches for nothing."""


def explaining(settings: Settings, model: LanguageModel | None = None) -> Callable[[str], str]:
    """What a question becomes, answered by ``model`` or, without one, by quotation."""
    if settings.retrieval.stages.explained == "nothing" or (model and settings.agent.mode in _AS_ASKED):
        return as_it_stands
    return explain_terms


def as_it_stands(question: str) -> str:
    """``question`` itself."""
    return question
