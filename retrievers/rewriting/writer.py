"""Asks a language model for the passage that a query should have found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wardround.corpora.records import Passage
from wardround.prompts import PromptLibrary, RenderedPrompt, load_prompts
from wardround.retrievers.rewriting.forms import FORMS, Method
from wardround.retrievers.rewriting.rewriter import Rewrite

READ_PASSAGES, READ_WORDS = 10, 512
"""What LameR shows the model of a first search."""


class Reply(NamedTuple):
    """What a model wrote.

    Attributes:
        text: the passage; blank when there is none.
        thought: whether the model thought aloud before it, and came to an end with it.
    """

    text: str
    thought: bool = False


Model = Callable[[RenderedPrompt], Reply]
"""Anything that answers a prompt; called from whatever thread searches."""


class Ask(NamedTuple):
    """How the model is told what a query is, and what to write for it.

    Attributes:
        kind: heads the query.
        wanted: completes "Write ...".
    """

    kind: str
    wanted: str


QUESTION = Ask("Question", "a passage that helps answer the question")
EXAM = Ask("Exam question", "a passage that helps answer the exam question")
POST = Ask("Post", "a passage that helps answer the post")
CASE = Ask("Case", "a similar case, as a report or a record would tell it")

R2MED_ASKS = {
    "Biology": POST,
    "Bioinformatics": POST,
    "Medical-Sciences": POST,
    "MedXpertQA-Exam": EXAM,
    "MedQA-Diag": EXAM,
    "PMC-Treatment": QUESTION,
    "PMC-Clinical": CASE,
    "IIYi-Clinical": CASE,
}
"""By the name of R2MED's task; case tasks look for similar cases, all others for passages that answer."""


class PassageWriter:
    """A ``Rewriter`` that asks a language model for a passage, and searches for it as ``method`` has it."""

    def __init__(
        self,
        model: Model,
        method: Method,
        ask: Ask = QUESTION,
        prompts: PromptLibrary | None = None,
        *,
        fingerprint: str = "",
    ) -> None:
        """Names the parts.

        Args:
            model: writes.
            method: whose prompt it gets.
            ask: what the queries are.
            prompts: by default the packaged ones.
            fingerprint: of the model.
        """
        self._method = method
        self._model = model
        self._ask = ask
        self._prompt = (prompts or load_prompts())[method]
        self._model_fingerprint = fingerprint

    @property
    def name(self) -> str:
        """The method."""
        return self._method

    @property
    def fingerprint(self) -> str:
        """Method, prompt, what is asked for, and model."""
        return f"{self._method} {self._prompt.sha256[:16]} {self._ask.wanted} {self._model_fingerprint}"

    @property
    def reads(self) -> int:
        """LameR shows the model what a first search found, the others nothing."""
        return READ_PASSAGES if self._method == "lamer" else 0

    def rewrite(self, query: str, found: Sequence[Passage] = ()) -> Rewrite:
        """The forms for what the model wrote; none when it wrote nothing."""
        values = {"query": query, "kind": self._ask.kind, "wanted": self._ask.wanted}
        if self.reads:
            values["passages"] = "\n\n".join(
                f"[{number}] {' '.join(passage.contents.split()[:READ_WORDS])}"
                for number, passage in enumerate(found[: self.reads], start=1)
            )
        written = self._model(self._prompt.render(**values))
        passage = " ".join(written.text.split())
        forms = (FORMS[self._method](query, passage),) if passage else ()
        return Rewrite(forms, written.thought)
