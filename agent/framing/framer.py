"""Frames a question without a language model: options apart, terms explained, follow-ups completed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from wardround.agent.citing.medicines import medicines_in
from wardround.agent.framing.options import split_options
from wardround.agent.quoting.concepts import generic_words
from wardround.agent.quoting.expectations import expectations_of
from wardround.agent.quoting.qualifiers import without_qualifiers
from wardround.agent.records import AnswerOption, Framed, Turn
from wardround.retrievers.clinical_terms import explain_terms

_LEANS_ON_CONTEXT = re.compile(
    r"^(?:and|but|or|so|what about|how about|what if|then|also|same)\b|"
    r"\b(?:it|its|this|that|these|those|they|them|he|she|him|her|there|instead|otherwise)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 6
_WORD = re.compile(r"[^\W\d][\w-]+")

_ABOUT = re.compile(
    r"((?:in|for|during|after|before|with|among) [^?.]*?), "
    r"(?:how|what|which|when|who|should|is|are|can|does|do|may)\b",
    re.IGNORECASE,
)
_ASKS_ITSELF = re.compile(r"\b(?:how|what|which|when|who)\b", re.IGNORECASE)
_LEANS_ON_ALL = re.compile(r"\b(?:what|how) (?:about|if)\b|\b(?:it|that|this|those|these|them|they)\b", re.IGNORECASE)
_AND = re.compile(r"^(?:and|but|or|so|then|also)\b,?\s*", re.IGNORECASE)


class PlainFramer:
    """Keeps the user's words and adds to them; a follow-up is joined to the question before it."""

    def __init__(self, explained: Callable[[str], str] = explain_terms) -> None:
        """Adds to a question what ``explained`` makes of it."""
        self._explained = explained

    async def frame(self, question: str, options: Sequence[AnswerOption], conversation: Sequence[Turn]) -> Framed:
        """The question as it will be looked up, with what its terms mean."""
        text, written = (question, tuple(options)) if options else split_options(question)
        if not conversation or not _is_follow_up(text):
            return Framed(self._explained(text), written)
        joined = _joined(conversation[-1].question, text)
        warning = f"read as a follow-up to “{conversation[-1].question}”; ask it in full if that is not meant"
        return Framed(self._explained(joined), written, warnings=(warning,))


def _joined(earlier: str, text: str) -> str:
    """The follow-up within what was asked before it.

    One that asks its own question ("and which vasopressor?") takes over only whom the earlier one was about ("In adults
    with septic shock, ..."), where it says so; else the earlier question is repeated whole.
    """
    about = _ABOUT.match(earlier)
    if about and _ASKS_ITSELF.search(text) and not _LEANS_ON_ALL.search(text):
        return f"{about[1]}, {_AND.sub('', text)}"
    return f"{earlier} {text}"


def _is_follow_up(question: str) -> bool:
    if _LEANS_ON_CONTEXT.search(question):
        return True
    return len(question.split()) < _FEW_WORDS and not _names_its_subject(question)


def _names_its_subject(question: str) -> bool:
    """Whether a question of few words is about something of its own: a medicine, or two words that carry a subject.

    After a question on gout, "beta blockers before surgery?" is no follow-up; "maximum dose?" and "which drug?" are.
    """
    words = (word for word in _WORD.findall(without_qualifiers(question)) if word.casefold() not in generic_words())
    own = {word.casefold() for word in words if not expectations_of(word)}
    return len(own) > 1 or bool(medicines_in(question))
