"""Decides what to look up next, as i-MedRAG does (arXiv:2408.00727), in one call instead of two.

Differs from the reference as follows: the reply is held to a schema, so no second call parses it; a query that
repeats an earlier one is named back to the planner instead of being run again; the planner may say that the
evidence suffices.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from wardround.agent.models.protocol import LanguageModel, Usage
from wardround.agent.records import Brief, Framed, Plan
from wardround.agent.writing.asking import Asked, Asker, Decoding, Request, messages_of
from wardround.agent.writing.forms import PlanReply, plan_schema
from wardround.agent.writing.showing import most_that_fit, reply_tokens, show_options
from wardround.corpora.records import Passage
from wardround.prompts import Entry, PromptLibrary, RenderedPrompt, data_block, harmless, one_line, prompt_key

_REPLY_TOKENS = 512
_MAX_QUERY_CHARS = 300
_NOTHING_FOUND = "The passages found do not say."


class GenerativePlanner:
    """Asks the model for a round's queries."""

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding | None = None) -> None:
        self._asker = Asker(model, prompts, decoding or Decoding())

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """At most ``n_queries`` queries that were not asked before; none when the evidence suffices.

        When the model gives no usable plan, the plan carries the error; in the first round the question itself
        is then looked up, later the rounds end.
        """
        del found  # what the passages say reaches the planner through the briefs
        max_tokens = reply_tokens(self._asker.model, _REPLY_TOKENS)
        prompt = self._prompt(framed, self._briefs_that_fit(framed, briefs, n_queries, max_tokens), n_queries)
        asked = await self._ask(prompt, bool(briefs), n_queries, max_tokens)
        if asked.reply is None:
            return self._failed(framed, briefs, asked)
        if asked.reply.enough and briefs:
            return Plan((), reason=_reason(asked.reply), usage=asked.usage)
        fresh, repeated = _sort_out(asked.reply.queries, briefs, n_queries)
        if fresh:
            return Plan(fresh, _reason(asked.reply), repeated, asked.usage)
        return await self._ask_for_others(prompt, briefs, repeated, n_queries, max_tokens, asked.usage)

    async def _ask_for_others(
        self,
        prompt: RenderedPrompt,
        briefs: Sequence[Brief],
        repeated: tuple[str, ...],
        n_queries: int,
        max_tokens: int,
        usage: Usage,
    ) -> Plan:
        """The repeated queries are named back once; a planner that repeats itself again has nothing to add."""
        listed = "\n".join(f"- {one_line(query)}" for query in repeated)
        turn = self._asker.prompts["repeated"].render(queries=listed).user
        again = RenderedPrompt(prompt.system, f"{prompt.user}\n\n{turn}")
        asked = await self._ask(again, bool(briefs), n_queries, max_tokens)
        usage = usage + asked.usage
        if asked.reply is None:
            return Plan((), "planning failed", repeated, usage, asked.error)
        if asked.reply.enough:
            return Plan((), _reason(asked.reply), repeated, usage)
        fresh, repeated_again = _sort_out(asked.reply.queries, briefs, n_queries)
        dropped = tuple(dict.fromkeys((*repeated, *repeated_again)))
        reason = _reason(asked.reply) if fresh else "every further query repeats an earlier one"
        return Plan(fresh, reason, dropped, usage)

    async def _ask(self, prompt: RenderedPrompt, begun: bool, n_queries: int, max_tokens: int) -> Asked[PlanReply]:
        def problem(reply: PlanReply) -> str | None:
            if any(query.strip() for query in reply.queries) or (reply.enough and begun):
                return None
            return "there are no queries" if begun else "nothing has been looked up yet, so queries are needed"

        return await self._asker.ask(Request(prompt, plan_schema(n_queries), PlanReply, max_tokens, problem))

    def _failed(self, framed: Framed, briefs: Sequence[Brief], asked: Asked[PlanReply]) -> Plan:
        if briefs:
            return Plan((), "planning failed", usage=asked.usage, error=asked.error)
        return Plan((framed.question,), "planning failed: the question itself", usage=asked.usage, error=asked.error)

    def _briefs_that_fit(
        self, framed: Framed, briefs: Sequence[Brief], n_queries: int, max_tokens: int
    ) -> Sequence[Brief]:
        """The latest briefs; they already build on the earlier ones."""
        count = most_that_fit(
            self._asker.model,
            len(briefs),
            lambda n: messages_of(self._prompt(framed, briefs[len(briefs) - n :], n_queries)),
            max_tokens,
        )
        return briefs[len(briefs) - (count or 0) :]

    def _prompt(self, framed: Framed, briefs: Sequence[Brief], n_queries: int) -> RenderedPrompt:
        entries = [("", Entry(f"Query: {brief.query}", brief.text or _NOTHING_FOUND)) for brief in briefs]
        key = prompt_key(framed.question, *(brief.query + brief.text for brief in briefs))
        return self._asker.prompts["plan"].render(
            question=harmless(framed.question),
            options=show_options(framed.options),
            history=data_block("findings", entries, key),
            n_queries=str(n_queries),
        )


def same_query(query: str) -> str:
    """A query without what makes no difference to it: case, punctuation, spacing and the form of its characters."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", query).casefold()))


def _sort_out(
    queries: Sequence[str], briefs: Sequence[Brief], n_queries: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The queries worth asking, and those that repeat an earlier one."""
    asked = {same_query(brief.query) for brief in briefs}
    fresh: dict[str, str] = {}
    repeated: dict[str, str] = {}
    for query in (one_line(query)[:_MAX_QUERY_CHARS] for query in queries):
        key = same_query(query)
        if not key:
            continue
        if key in asked or key in fresh:
            repeated.setdefault(key, query)
        elif len(fresh) < n_queries:
            fresh[key] = query
    return tuple(fresh.values()), tuple(repeated.values())


def _reason(reply: PlanReply) -> str:
    return one_line(reply.analysis)[:_MAX_QUERY_CHARS]
