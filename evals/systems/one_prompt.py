"""A language model asked once: closed-book, or with the passages of one search (naive RAG)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wardround.agent.models.protocol import JsonSchema, LanguageModel, Prompt
from wardround.agent.records import AnswerOption
from wardround.agent.writing.asking import Decoding, messages_of
from wardround.agent.writing.showing import most_that_fit, reply_tokens, show_options
from wardround.errors import EvaluationError
from wardround.evals.records import Item, ItemResult
from wardround.prompts import Entry, PromptLibrary, RenderedPrompt, data_block, harmless, prompt_key
from wardround.retrievers.protocols import Retriever

FindPassages = Callable[[Item], Sequence[Entry]]
"""What is shown beside a question, best first; runs in a thread of its own."""

_REPLY_TOKENS = 1024


class OnePromptSystem:
    """One question, one reply: what an agent has to beat with the same model."""

    def __init__(
        self,
        mode: str,
        model: LanguageModel,
        prompts: PromptLibrary,
        decoding: Decoding | None = None,
        *,
        find: FindPassages | None = None,
        retrieval: Mapping[str, Any] | None = None,
    ) -> None:
        """Asks ``model``; without ``find`` closed-book.

        Args:
            mode: the run's name for this way of answering.
            model: is asked once an item.
            prompts: with ``multiple_choice`` and ``plain_answer``.
            decoding: greedy when left out.
            find: the passages to show.
            retrieval: what ``find`` depends on, for the fingerprint.
        """
        self._mode = mode
        self._model = model
        self._prompts = prompts
        self._decoding = decoding or Decoding()
        self._find = find
        self._retrieval = dict(retrieval or {})

    @property
    def mode(self) -> str:
        """As given."""
        return self._mode

    @property
    def fingerprint(self) -> Mapping[str, Any]:
        """Model, prompt hashes, decoding and retrieval."""
        hashes = self._prompts.hashes
        return {
            "model": {"name": self._model.name, "fingerprint": self._model.fingerprint},
            "prompts": {name: hashes[name] for name in ("multiple_choice", "plain_answer")},
            "decoding": {**asdict(self._decoding), "max_tokens": _REPLY_TOKENS},
            "retrieval": self._retrieval,
        }

    async def __call__(self, item: Item) -> ItemResult:
        """The model's reply, verbatim.

        Raises:
            EvaluationError: the question alone is longer than the model's context.
            BackendError: the model cannot be reached.
        """
        entries = [] if self._find is None else await asyncio.to_thread(self._find, item)
        max_tokens = reply_tokens(self._model, _REPLY_TOKENS)
        count = await most_that_fit(
            self._model, len(entries), lambda shown: messages_of(self._rendered(item, entries[:shown])), max_tokens
        )
        if count is None:
            raise EvaluationError(f"the question is longer than the {self._model.context_tokens} tokens of the model")
        completion = await self._model.generate(
            Prompt(
                messages=messages_of(self._rendered(item, entries[:count])),
                max_tokens=max_tokens,
                temperature=self._decoding.temperature,
                top_p=self._decoding.top_p,
                seed=self._decoding.seed,
                constraint=_letter_schema(tuple(item.options)) if item.options else None,
            )
        )
        return ItemResult(item.id, text=completion.text, usage=completion.usage, rounds=int(self._find is not None))

    def _rendered(self, item: Item, entries: Sequence[Entry]) -> RenderedPrompt:
        key = prompt_key(item.question, *(entry.text for entry in entries))
        passages = data_block("passages", [("", entry) for entry in entries], key) if entries else ""
        question = harmless(item.question)
        if not item.options:
            return self._prompts["plain_answer"].render(question=question, passages=passages)
        options = show_options([AnswerOption(letter, text) for letter, text in item.options.items()])
        return self._prompts["multiple_choice"].render(question=question, options=options, passages=passages)


def given_passages(item: Item) -> list[Entry]:
    """The texts that come with the question."""
    return [Entry("", text) for text in item.given]


def searched_passages(retriever: Retriever, k: int) -> FindPassages:
    """The ``k`` best passages for the question alone, without its options (MIRAGE's question-only retrieval)."""

    def find(item: Item) -> list[Entry]:
        return [Entry(hit.passage.path, hit.passage.text) for hit in retriever.search(item.question, k)]

    return find


def _letter_schema(letters: tuple[str, ...]) -> JsonSchema:
    return JsonSchema(
        "answer",
        {
            "type": "object",
            "properties": {"reasoning": {"type": "string"}, "answer": {"type": "string", "enum": list(letters)}},
            "required": ["reasoning", "answer"],
            "additionalProperties": False,
        },
    )
