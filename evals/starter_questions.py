"""How well the starter corpus is answered: right section, verbatim quotes, honest abstention."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from wardround.agent.answer import Answer, Claim
from wardround.agent.clinical_agent import ClinicalAgent
from wardround.errors import InputError


class StarterQuestion(BaseModel):
    """A question with the sections that answer it; ``documents`` is empty when the corpus does not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Literal["answerable", "qualifier", "unanswerable"]
    question: str
    documents: tuple[str, ...]
    answer_contains: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question and what became of it.

    Attributes:
        section_cited: whether one of the right sections is among the references.
        begins_right: whether the first claim quotes one of the strings a right answer must hold.
        words_quoted: whether a quotation holds one of the strings a right answer must hold.
        quotes_verbatim: whether every citation's quote stands at its offsets in its reference.
    """

    question: StarterQuestion
    answer: Answer
    section_cited: bool
    begins_right: bool
    words_quoted: bool
    quotes_verbatim: bool


@dataclass(frozen=True, slots=True)
class StarterFigures:
    """Counts over a set of questions; a rate is a count over the count of its kind."""

    questions: int
    answerable: int
    section_cited: int
    begins_right: int
    words_quoted: int
    answerable_abstained: int
    qualifier: int
    qualifier_section_cited: int
    qualifier_begins_right: int
    qualifier_words_quoted: int
    qualifier_abstained: int
    unanswerable: int
    unanswerable_abstained: int
    quotes_verbatim: int


def read_questions(path: Path) -> list[StarterQuestion]:
    """The questions of a JSON Lines file.

    Raises:
        InputError: a line is not a question; names file and line.
    """
    questions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            questions.append(StarterQuestion.model_validate_json(line))
        except ValidationError as error:
            raise InputError(f"{path}, line {number}: {error.errors()[0]['msg']}") from error
    return questions


def ask_all(agent: ClinicalAgent, questions: Sequence[StarterQuestion]) -> list[Outcome]:
    """Every question asked of ``agent``, one after the other; an error of one ends the run."""
    return [_outcome(question, agent.ask(question.question)) for question in questions]


def figures(outcomes: Sequence[Outcome]) -> StarterFigures:
    """The counts that the targets are about."""
    plain = [one for one in outcomes if one.question.kind == "answerable"]
    qualified = [one for one in outcomes if one.question.kind == "qualifier"]
    unknown = [one for one in outcomes if one.question.kind == "unanswerable"]
    return StarterFigures(
        questions=len(outcomes),
        answerable=len(plain),
        section_cited=sum(one.section_cited for one in plain),
        begins_right=sum(one.begins_right for one in plain),
        words_quoted=sum(one.words_quoted for one in plain),
        answerable_abstained=sum(one.answer.abstained for one in plain),
        qualifier=len(qualified),
        qualifier_section_cited=sum(one.section_cited for one in qualified),
        qualifier_begins_right=sum(one.begins_right for one in qualified),
        qualifier_words_quoted=sum(one.words_quoted for one in qualified),
        qualifier_abstained=sum(one.answer.abstained for one in qualified),
        unanswerable=len(unknown),
        unanswerable_abstained=sum(one.answer.abstained for one in unknown),
        quotes_verbatim=sum(one.quotes_verbatim for one in outcomes),
    )


def _holds_answer(claim: Claim, question: StarterQuestion) -> bool:
    return any(words in citation.quote for words in question.answer_contains for citation in claim.citations)


def _outcome(question: StarterQuestion, answer: Answer) -> Outcome:
    cited = {one.document_id for one in answer.references} if not answer.abstained else set()
    texts = {one.passage_id: one.text for one in answer.references}
    quotes = [citation for claim in answer.claims for citation in claim.citations]
    return Outcome(
        question=question,
        answer=answer,
        section_cited=bool(cited & set(question.documents)),
        begins_right=any(_holds_answer(claim, question) for claim in answer.claims[:1]),
        words_quoted=any(_holds_answer(claim, question) for claim in answer.claims),
        quotes_verbatim=all(texts[one.passage_id][one.start : one.end] == one.quote for one in quotes)
        and all(claim.citations for claim in answer.claims),
    )
