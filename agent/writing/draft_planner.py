"""Plans by drafting the answer and looking up what it claims without evidence (ReSearch, arXiv:2502.13957).

Differs from the reference as follows: draft, open claims and queries come in one reply that is held to a schema; more
than one claim may be looked up in a round (``agent.n_queries``; the reference takes one); repeated queries are dropped
and named to the planner; the rounds also end with the budget.
"""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.models.protocol import LanguageModel
from wardround.agent.records import Brief, Framed, Plan
from wardround.agent.writing.asking import Asker, Decoding, Request, messages_of
from wardround.agent.writing.forms import DraftReply, draft_schema
from wardround.agent.writing.looked_up import MAX_QUERY_CHARS, history_block, sort_out
from wardround.agent.writing.showing import latest_that_fit, reply_tokens, show_options
from wardround.corpora.records import Passage
from wardround.prompts import PromptLibrary, RenderedPrompt, harmless, one_line

_REPLY_TOKENS = 640


class DraftPlanner:
    """Asks the model for a draft, for what in it is not verified yet, and for queries that would verify it."""

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding | None = None) -> None:
        self._asker = Asker(model, prompts, decoding or Decoding())

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """Queries for the first unverified claims; none when no claim is left, or when all were asked before.

        When the model gives no usable plan, the plan carries the error; in the first round the question itself
        is then looked up, later the rounds end.
        """
        del found  # what the passages say reaches the planner through the briefs
        max_tokens = reply_tokens(self._asker.model, _REPLY_TOKENS)

        def prompt_with(shown: Sequence[Brief]) -> RenderedPrompt:
            return self._prompt(framed, shown, n_queries)

        # What earlier briefs verified stands in the draft.
        model = self._asker.model
        latest = await latest_that_fit(model, briefs, lambda shown: messages_of(prompt_with(shown)), max_tokens)
        prompt = prompt_with(latest)

        def problem(reply: DraftReply) -> str | None:
            if reply.unverified and not any(query.strip() for query in reply.queries):
                return "there are unverified statements and no queries"
            return None if briefs or reply.unverified else "nothing has been looked up yet, so nothing is verified"

        asked = await self._asker.ask(Request(prompt, draft_schema(n_queries), DraftReply, max_tokens, problem))
        if asked.reply is None:
            queries = () if briefs else (framed.question,)
            return Plan(queries, "planning failed", usage=asked.usage, error=asked.error)
        if not asked.reply.unverified:
            return Plan((), "every claim of the draft is verified", usage=asked.usage)
        fresh, repeated = sort_out(asked.reply.queries, briefs, n_queries)
        claim = one_line(asked.reply.unverified[0])[:MAX_QUERY_CHARS]
        reason = f"not verified yet: {claim}" if fresh else "every further query repeats an earlier one"
        return Plan(fresh, reason, repeated, asked.usage)

    def _prompt(self, framed: Framed, briefs: Sequence[Brief], n_queries: int) -> RenderedPrompt:
        return self._asker.prompts["draft"].render(
            question=harmless(framed.question),
            options=show_options(framed.options),
            history=history_block(framed, briefs),
            n_queries=str(n_queries),
        )
