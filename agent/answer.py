"""The answer a user gets: the published JSON contract, ``schema_version`` 1.

A field may be added within version 1; none is renamed, removed or given another meaning.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wardround.agent.rendering import WIDTH, answer_to_markdown, answer_to_text, printable_json

Verdict = Literal["supported", "partly", "contradicted", "not_found"]
"""What a judge says of a claim and its passages; ``quoted`` claims are ``supported`` by construction."""


class Record(BaseModel):
    """A frozen part of the answer; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Record):
    """Where a claim stands: ``reference.text[start:end] == quote`` for the reference of ``passage_id``."""

    passage_id: str
    quote: str = Field(description="the supporting words, verbatim")
    start: int = Field(ge=0, description="offset of the quote in the passage's text, in characters")
    end: int = Field(ge=0, description="one past the last character of the quote")
    verdict: Verdict = "supported"


class Claim(Record):
    """One statement of the answer."""

    text: str
    verdict: Verdict
    origin: Literal["quotation", "model"] = Field(
        description="quotation: the source's own words; model: written by the language model"
    )
    citations: tuple[Citation, ...] = Field(
        description="those whose verdict is contradicted speak against a claim that others support"
    )
    caution: str | None = Field(
        default=None, description="what has become of the sources when none that supports the claim is sound"
    )
    heading: tuple[str, ...] = Field(
        default=(), description="of a quotation: what its source says above it of whom and what, and it does not repeat"
    )


class Reference(Record):
    """A passage that the answer cites, or, when it abstains, one that came near."""

    number: int = Field(ge=1, description="numbered by first use in the answer")
    passage_id: str
    document_id: str
    corpus: str
    title: str
    authors: tuple[str, ...] = ()
    organisation: str | None = None
    journal: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None
    publication_types: tuple[str, ...] = ()
    evidence_level: str | None = Field(
        default=None, description="by publication types and MeSH headings; null when none tells"
    )
    retracted: bool = False
    corrections: tuple[str, ...] = Field(default=(), description="published about it since, in NLM's words")
    heading: tuple[str, ...]
    text: str
    note: str | None = None
    also_in: tuple[str, ...] = Field(default=(), description="passages of other documents that say the same")


class Contexts(Record):
    """How many passages the answer was written from, and what is proven about that number."""

    k: int = Field(ge=0)
    candidates: int = Field(ge=0, description="passages there were to choose from")
    certificate: str | None = Field(description="what a calibration proves; null means uncalibrated")


class RoundRecord(Record):
    """One round of follow-up queries."""

    queries: tuple[str, ...]
    new_passages: int = Field(ge=0)
    dropped: tuple[str, ...] = Field(
        default=(), description="planned, but not followed: they repeat others in words or in what they find"
    )
    documents: tuple[str, ...] = Field(default=(), description="ids of the documents that the new passages are from")


class UsageRecord(Record):
    """What the answer cost; tokens are the language model's."""

    calls: int = Field(ge=0)
    prompt_tokens: int = Field(ge=0)
    completion_tokens: int = Field(ge=0)
    seconds: float = Field(ge=0)


class Option(Record):
    """One option of a multiple-choice question and what is known about it."""

    letter: str
    text: str
    probability: float | None = None
    probability_unaided: float | None = Field(default=None, description="without the passages, where it was asked for")
    mentioned_in: tuple[str, ...] = Field(default=(), description="passage ids whose text names the option")


class Arbitration(Record):
    """The choice with the passages, the one without them, and which of them stands (``Answer.choice``)."""

    by_evidence: str | None
    unaided: str | None
    decided_by: Literal["agreement", "evidence", "unaided"]
    reason: str = Field(default="", description="empty where they agree or there was one choice only")


class Answer(Record):
    """A cited answer, or an honest abstention with the nearest passages."""

    schema_version: Literal[1] = 1
    question: str
    standalone_question: str
    abstained: bool
    mode: str
    claims: tuple[Claim, ...]
    references: tuple[Reference, ...]
    contexts: Contexts
    rounds: tuple[RoundRecord, ...]
    usage: UsageRecord
    warnings: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = Field(default=(), description="parts of the question no passage speaks to")
    notice: str | None = Field(default=None, description="an emergency or safety notice, shown first")
    declined: str | None = Field(default=None, description="why the request was not taken up; null when it was")
    corpus_as_of: str | None = Field(default=None, description="day on which the index was built, ISO 8601")
    options: tuple[Option, ...] = ()
    choice: str | None = Field(default=None, description="letter of the chosen option; null when none was chosen")
    arbitration: Arbitration | None = Field(default=None, description="null where only one choice was asked for")
    stopped_because: str = Field(description="why the rounds of retrieval ended")
    model: str | None = Field(default=None, description="the language model's name; null: answered by quotation")

    def to_json(self, *, indent: int | None = None) -> str:
        """The published contract, as ``wardround ask --json`` prints it; safe for a terminal, too."""
        return printable_json(self.model_dump_json(indent=indent))

    def to_markdown(self) -> str:
        """The answer for a person, with numbered references."""
        return answer_to_markdown(self)

    def to_html(self) -> str:
        """The answer as a page that needs nothing else; text of sources stays text."""
        from wardround.agent.html_page import answer_to_html

        return answer_to_html(self)

    def references_as(self, form: Literal["bibtex", "ris", "csl-json"]) -> str:
        """The sources in a form that reference managers read, each once."""
        from wardround.agent.reference_export import export

        return export(self.references, form)

    def to_text(self, width: int = WIDTH) -> str:
        """The answer as plain text for a terminal of ``width`` columns."""
        return answer_to_text(self, width)
