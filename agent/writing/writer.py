"""Writes the answer as claims, each citing passages that were shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import cache

from wardround.agent.collaborators import OnToken
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.records import Brief, Draft, DraftClaim, Evidence, Framed
from wardround.agent.writing.asking import Asker, Decoding, Request, messages_of
from wardround.agent.writing.choosing import choose_option
from wardround.agent.writing.claim_stream import ClaimStream
from wardround.agent.writing.claims import read_claims
from wardround.agent.writing.forms import ClaimReply, WriteReply, claim_schema, write_schema
from wardround.agent.writing.showing import Shown, most_that_fit, reply_tokens, show_options, show_passages
from wardround.corpora.records import Passage
from wardround.errors import ModelOutputError
from wardround.prompts import Entry, PromptLibrary, RenderedPrompt, data_block, harmless, one_line, prompt_key

_REWRITE_TOKENS = 256
_REWRITE_PASSAGES = 4
"""Passages shown to correct a claim: those it cites, and the best besides."""

_NO_ROOM = "not even the best passage fits into the language model's context"
_CLOSED_BOOK = "the option was chosen by the language model alone: there was no passage to choose it by"


class GenerativeWriter:
    """Asks the model for claims under a schema that knows only the ids shown."""

    def __init__(
        self,
        model: LanguageModel,
        prompts: PromptLibrary,
        decoding: Decoding | None = None,
        *,
        max_claims: int = 6,
        max_tokens: int = 1200,
    ) -> None:
        self._asker = Asker(model, prompts, decoding or Decoding())
        self._max_claims = max_claims
        self._max_tokens = max_tokens

    async def write(
        self, framed: Framed, evidence: Sequence[Evidence], briefs: Sequence[Brief], on_token: OnToken
    ) -> Draft:
        """Claims that cite only passages of ``evidence``; their texts go to ``on_token`` while written.

        Passages that do not fit into the model's context are left out whole, from the end, and counted in a
        warning. Unusable replies end in a draft with an error, never in an exception.
        """
        passages = [one.passage for one in evidence]
        if not passages:
            return await self._write_without_passages(framed)
        max_tokens = reply_tokens(self._asker.model, self._max_tokens)
        count, (prompt, shown) = await self._prompt_that_fits(framed, passages, briefs, max_tokens)
        if briefs and count < len(passages):  # what can be cited comes before notes about it
            count, (prompt, shown) = await self._prompt_that_fits(framed, passages, (), max_tokens)
        if count == 0:
            return Draft((), error=_NO_ROOM)
        request = Request(prompt, write_schema(shown.ids, self._max_claims), WriteReply, max_tokens)
        asked = await self._asker.ask(request, ClaimStream(on_token).feed)
        if asked.reply is None:
            return Draft((), usage=asked.usage, error=asked.error)
        claims, warnings = read_claims(asked.reply.claims[: self._max_claims], shown)
        uncovered = tuple(filter(None, (one_line(part) for part in asked.reply.uncovered)))
        draft = Draft(claims, uncovered, warnings=(*_left_out(count, len(passages)), *warnings), usage=asked.usage)
        return await self._with_choice(draft, framed, prompt, asked.reply.model_dump_json())

    async def rewrite(self, framed: Framed, claim: DraftClaim, evidence: Sequence[Evidence]) -> DraftClaim | None:
        """The claim once more, corrected by the evidence; None when the writer withdraws it.

        Raises:
            ModelOutputError: both replies were unusable.
        """
        cited_first = sorted((one.passage for one in evidence), key=lambda one: one.id not in claim.passage_ids)
        cited_first = cited_first[: max(_REWRITE_PASSAGES, len(claim.passage_ids))]
        max_tokens = reply_tokens(self._asker.model, _REWRITE_TOKENS)
        count = await most_that_fit(
            self._asker.model,
            len(cited_first),
            lambda n: messages_of(self._rewrite_prompt(framed, claim, cited_first[:n])[0]),
            max_tokens,
        )
        if not count:
            return None
        prompt, shown = self._rewrite_prompt(framed, claim, cited_first[:count])
        asked = await self._asker.ask(Request(prompt, claim_schema(shown.ids), ClaimReply, max_tokens))
        if asked.reply is None:
            raise ModelOutputError(asked.error or "no reply", raw="")
        claims, _ = read_claims([asked.reply], shown)
        return claims[0] if claims and claims[0].passage_ids else None

    async def _write_without_passages(self, framed: Framed) -> Draft:
        nothing = Draft((), uncovered=(framed.question,))
        if not framed.options:
            return nothing
        prompt, _ = self._prompt(framed, (), ())
        chosen = await self._with_choice(nothing, framed, prompt, WriteReply(claims=[]).model_dump_json())
        return dataclasses.replace(chosen, warnings=(*chosen.warnings, _CLOSED_BOOK)) if chosen.choice else chosen

    async def _with_choice(self, draft: Draft, framed: Framed, prompt: RenderedPrompt, written: str) -> Draft:
        if not framed.options:
            return draft
        asker = self._asker
        chosen = await choose_option(asker.model, asker.prompts, messages_of(prompt), written, framed.options)
        return dataclasses.replace(
            draft,
            choice=chosen.letter,
            probabilities=chosen.probabilities,
            warnings=(*draft.warnings, *chosen.warnings),
            usage=draft.usage + chosen.usage,
        )

    async def _prompt_that_fits(
        self, framed: Framed, passages: Sequence[Passage], briefs: Sequence[Brief], max_tokens: int
    ) -> tuple[int, tuple[RenderedPrompt, Shown]]:
        """How many passages fit, and the prompt with them."""

        @cache
        def prompt_of(count: int) -> tuple[RenderedPrompt, Shown]:
            return self._prompt(framed, passages[:count], briefs)

        fitting = await most_that_fit(
            self._asker.model, len(passages), lambda n: messages_of(prompt_of(n)[0]), max_tokens
        )
        return fitting or 0, prompt_of(fitting or 0)

    def _prompt(
        self, framed: Framed, passages: Sequence[Passage], briefs: Sequence[Brief]
    ) -> tuple[RenderedPrompt, Shown]:
        shown = show_passages(passages, framed.question)
        prompt = self._asker.prompts["write"].render(
            passages=shown.block,
            briefs=_notes(framed, briefs),
            question=harmless(framed.question),
            options=show_options(framed.options),
            max_claims=str(self._max_claims),
        )
        return prompt, shown

    def _rewrite_prompt(
        self, framed: Framed, claim: DraftClaim, passages: Sequence[Passage]
    ) -> tuple[RenderedPrompt, Shown]:
        shown = show_passages(passages, framed.question)
        prompt = self._asker.prompts["rewrite"].render(
            passages=shown.block,
            question=harmless(framed.question),
            claim=data_block("claim", [("", Entry("", claim.text))], prompt_key(claim.text)),
        )
        return prompt, shown


def _notes(framed: Framed, briefs: Sequence[Brief]) -> str:
    """What the rounds found, as a guide to what matters; only passages can be cited."""
    told = [brief for brief in briefs if brief.text]
    if not told:
        return ""
    entries = [("", Entry(f"Note on: {brief.query}", brief.text)) for brief in told]
    return data_block("notes", entries, prompt_key(framed.question, *(brief.text for brief in told)))


def _left_out(shown: int, available: int) -> tuple[str, ...]:
    if shown == available:
        return ()
    return (f"{available - shown} of {available} passages did not fit into the language model's context",)
