"""Decides what to look up next, as i-MedRAG does (arXiv:2408.00727), in one call instead of two.

Differs from the reference as follows: the reply is held to a schema, so no second call parses it; a query that
repeats an earlier one is named back to the planner instead of being run again; the planner may say that the
evidence suffices; the first round looks up the question itself besides.
"""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.models.protocol import LanguageModel, Usage
from wardround.agent.records import Brief, Framed, Plan
from wardround.agent.writing.asking import Asked, Asker, Decoding, Request, messages_of
from wardround.agent.writing.forms import PlanReply, plan_schema
from wardround.agent.writing.looked_up import MAX_QUERY_CHARS, history_block, sort_out, with_the_question
from wardround.agent.writing.showing import latest_that_fit, reply_tokens, show_options
from wardround.corpora.records import Passage
from wardround.prompts import PromptLibrary, RenderedPrompt, harmless, one_line

_REPLY_TOKENS = 512


class GenerativePlanner:
    """Asks the model for a round's queries."""

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding | None = None) -> None:
        self._asker = Asker(model, prompts, decoding or Decoding())

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """At most ``n_queries`` queries that were not asked before; none when the evidence suffices.

        In the first round the question itself comes before them. When the model gives no usable plan, the plan
        carries the error; in the first round the question alone is then looked up, later the rounds end.
        """
        del found  # what the passages say reaches the planner through the briefs
        max_tokens = reply_tokens(self._asker.model, _REPLY_TOKENS)

        def prompt_with(shown: Sequence[Brief]) -> RenderedPrompt:
            return self._prompt(framed, shown, n_queries)

        # Later briefs build on the earlier ones.
        model = self._asker.model
        latest = await latest_that_fit(model, briefs, lambda shown: messages_of(prompt_with(shown)), max_tokens)
        prompt = prompt_with(latest)
        asked = await self._ask(prompt, bool(briefs), n_queries, max_tokens)
        if asked.reply is None:
            return self._failed(framed, briefs, asked)
        if asked.reply.enough and briefs:
            return Plan((), reason=_reason(asked.reply), usage=asked.usage)
        fresh, repeated = sort_out(asked.reply.queries, briefs, n_queries)
        if fresh:
            queries = fresh if briefs else with_the_question(framed, fresh)
            return Plan(queries, _reason(asked.reply), repeated, asked.usage)
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
        fresh, repeated_again = sort_out(asked.reply.queries, briefs, n_queries)
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

    def _prompt(self, framed: Framed, briefs: Sequence[Brief], n_queries: int) -> RenderedPrompt:
        return self._asker.prompts["plan"].render(
            question=harmless(framed.question),
            options=show_options(framed.options),
            history=history_block(framed, briefs),
            n_queries=str(n_queries),
        )


def _reason(reply: PlanReply) -> str:
    return one_line(reply.analysis)[:MAX_QUERY_CHARS]
