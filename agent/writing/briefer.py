"""Answers one follow-up query from its hits, and keeps which passages it did so from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from wardround.agent.models.protocol import LanguageModel
from wardround.agent.records import Brief
from wardround.agent.writing.asking import Asker, Decoding, Request, messages_of
from wardround.agent.writing.forms import BriefReply, brief_schema
from wardround.agent.writing.showing import Shown, most_that_fit, reply_tokens, show_passages
from wardround.corpora.records import Passage
from wardround.prompts import PromptLibrary, RenderedPrompt, harmless
from wardround.retrievers.protocols import Hit

_REPLY_TOKENS = 400


class GenerativeBriefer:
    """Asks the model for a few sentences with the ids they rest on."""

    def __init__(
        self, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding | None = None, *, passages: int = 5
    ) -> None:
        """Reads the best ``passages`` of each query: what stands further down is rarely what a brief rests on."""
        self._asker = Asker(model, prompts, decoding or Decoding())
        self._passages = passages

    async def brief(self, query: str, hits: Sequence[Hit]) -> Brief:
        """What the hits say to the query; empty text when they do not say.

        A reply that names none of the passages shown is unusable, because nobody could check it.
        """
        if not hits:
            return Brief(query, "")
        passages = [hit.passage for hit in hits[: self._passages]]
        max_tokens = reply_tokens(self._asker.model, _REPLY_TOKENS)

        @cache
        def prompt_of(count: int) -> tuple[RenderedPrompt, Shown]:
            return self._prompt(query, passages[:count])

        count = await most_that_fit(
            self._asker.model, len(passages), lambda n: messages_of(prompt_of(n)[0]), max_tokens
        )
        if not count:
            return Brief(query, "", error="not even the best passage fits into the language model's context")
        prompt, shown = prompt_of(count)

        def problem(reply: BriefReply) -> str | None:
            if reply.answer.strip() and not shown.resolve(reply.passage_ids)[0]:
                return "the answer names none of the passages shown"
            return None

        asked = await self._asker.ask(Request(prompt, brief_schema(shown.ids), BriefReply, max_tokens, problem))
        if asked.reply is None:
            return Brief(query, "", usage=asked.usage, error=asked.error)
        text = " ".join(asked.reply.answer.split())
        ids = shown.resolve(asked.reply.passage_ids)[0] if text else ()
        return Brief(query, text, ids, asked.usage)

    def _prompt(self, query: str, passages: Sequence[Passage]) -> tuple[RenderedPrompt, Shown]:
        shown = show_passages(passages, query)
        return self._asker.prompts["brief"].render(passages=shown.block, query=harmless(query)), shown
