"""The nouns of evaluation: what is asked, what a right answer is, what came back, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from wardround.agent.models.protocol import Usage

Outcome = Literal["answered", "unparsed", "refused", "failed"]
"""answered: an answer could be read; unparsed: text without a readable answer; refused: the system declined to
choose; failed: there is no text, because something broke. Only ``answered`` can score."""


@dataclass(frozen=True, slots=True)
class Gold:
    """What a right answer is; a field left empty does not apply to the question.

    Attributes:
        letter: the right option.
        entities: what must be named, each with its accepted synonyms.
        references: accepted answers in prose.
        must_have: statements a complete answer makes.
        nice_to_have: statements it may make.
        documents: ids of the documents the answer stands in.
        refuse: whether the right thing is to decline.
        relevance: for a search, how relevant people judged passages, by id; 1 and above is relevant.
    """

    letter: str | None = None
    entities: tuple[tuple[str, ...], ...] = ()
    references: tuple[str, ...] = ()
    must_have: tuple[str, ...] = ()
    nice_to_have: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    refuse: bool = False
    relevance: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a task.

    Attributes:
        id: unique within the task.
        question: without its options.
        options: letter to text, in the order shown; empty where the answer is free text.
        cluster: items of one cluster are not independent, such as one question printed twice.
        facets: what results are broken down by, such as ``{"subject": "anatomy"}``.
        given: texts that come with the question and need not be searched for.
    """

    id: str
    question: str
    gold: Gold
    cluster: str
    options: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, str] = field(default_factory=dict)
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What a system gave for one item, as it is stored.

    Attributes:
        text: what was written, verbatim.
        failure: why there is no text; None when there is.
        answer: the cited answer in its published form, for systems that give one; its ``choice`` and its
            ``abstained`` count, and no letter is looked for in ``text``.
        confidence: stated probability that the answer is right, in [0, 1].
        usage: the language model's calls and tokens, and the seconds it took.
        rounds: rounds of retrieval.
        seconds: from the question to the result, as the runner measured it.
    """

    item_id: str
    text: str = ""
    failure: str | None = None
    answer: Mapping[str, Any] | None = None
    confidence: float | None = None
    usage: Usage = field(default_factory=Usage)
    rounds: int | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise ValueError(f"a confidence of {self.confidence} is not a probability")


@dataclass(frozen=True, slots=True)
class Score:
    """What one result is worth.

    Attributes:
        value: the headline score in [0, 1]; 0 for everything that is not ``answered``.
        answer: what was understood: a letter, or the words that were scored.
        reason: how the answer was found, or why there is none.
        figures: further figures of this item, by name; one that does not apply is absent.
    """

    item_id: str
    outcome: Outcome
    value: float
    answer: str | None
    reason: str
    figures: Mapping[str, float] = field(default_factory=dict)


class Scorer(Protocol):
    """Turns a result into a score; a pure function of the two, so that stored results can be scored again."""

    @property
    def name(self) -> str:
        """Name and version; results of scorers with different names are not compared."""
        ...

    def score(self, item: Item, result: ItemResult) -> Score:
        """The worth of ``result`` as an answer to ``item``."""
        ...
