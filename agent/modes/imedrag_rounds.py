"""The rounds of i-MedRAG (arXiv:2408.00727): queries in two calls, and one plain RAG answer a query.

Unlike the planner of mode ``agent``, a query may repeat an earlier one, as in the paper's code. Unlike there, a round
without a single usable query is asked for once more and then ends the rounds with an error on record, because a
greedily decoded third try would only say the same; replies are read as JSON and never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardround.agent.models.protocol import JsonSchema, Usage
from wardround.agent.modes.imedrag_dialogue import Dialogue
from wardround.agent.records import Brief, Framed, Plan
from wardround.agent.writing.asking import Request, messages_of
from wardround.agent.writing.forms import Form
from wardround.agent.writing.showing import most_that_fit, show_options, show_passages
from wardround.corpora.records import Passage
from wardround.prompts import Entry, RenderedPrompt, data_block, harmless, one_line, prompt_key
from wardround.retrievers.protocols import Hit

_ASK_TOKENS = 1024
_PARSE_TOKENS = 512
_ANSWER_TOKENS = 1024
_MAX_QUERY_CHARS = 300
_TRIES = 2
_NUMBER = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s*")


class QueriesReply(Form):
    """The queries of a round."""

    output: list[str]


class ImedragPlanner:
    """Asks for a round's queries in free text and turns them into a list by a second call."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def plan(self, framed: Framed, briefs: Sequence[Brief], found: Sequence[Passage], n_queries: int) -> Plan:
        """At most ``n_queries`` queries; none, with an error, when two tries gave none."""
        usage, error = Usage(), ""
        for attempt in range(_TRIES):
            text, spent = await self._ask(framed, briefs, n_queries, attempt)
            usage += spent
            asked = await self._parse(text, n_queries)
            usage += asked[1]
            if asked[0]:
                return Plan(asked[0], _analysis(text), usage=usage)
            error = asked[2]
        return Plan((), "planning failed", usage=usage, error=f"a round gave no query twice: {error}")

    async def _ask(self, framed: Framed, briefs: Sequence[Brief], n_queries: int, attempt: int) -> tuple[str, Usage]:
        def render(history: str) -> RenderedPrompt:
            return self._dialogue.asker.prompts["imedrag_ask"].render(
                history=history,
                question=harmless(framed.question),
                options=show_options(framed.options),
                n_queries=str(n_queries),
            )

        max_tokens = self._dialogue.room(_ASK_TOKENS)
        prompt = await self._dialogue.with_history(framed, briefs, render, max_tokens)
        completion = await self._dialogue.say(messages_of(prompt), max_tokens, attempt)
        return completion.text, completion.usage

    async def _parse(self, text: str, n_queries: int) -> tuple[tuple[str, ...], Usage, str]:
        if not text.strip():
            return (), Usage(), "the reply was empty"
        block = data_block("text", [("", Entry("", text))], prompt_key(text))
        prompt = self._dialogue.asker.prompts["imedrag_parse"].render(text=block)
        schema = JsonSchema(
            "queries",
            {
                "type": "object",
                "properties": {"output": {"type": "array", "items": {"type": "string"}, "maxItems": n_queries}},
                "required": ["output"],
                "additionalProperties": False,
            },
        )
        asked = await self._dialogue.asker.ask(
            Request(prompt, schema, QueriesReply, self._dialogue.room(_PARSE_TOKENS))
        )
        if asked.reply is None:
            return (), asked.usage, asked.error or "no reply"
        queries = (one_line(_NUMBER.sub("", query))[:_MAX_QUERY_CHARS] for query in asked.reply.output)
        return tuple(filter(None, queries))[:n_queries], asked.usage, "the list of queries was empty"


class ImedragBriefer:
    """Answers one query from its passages in free text, knowing neither the question nor its options."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def brief(self, query: str, hits: Sequence[Hit]) -> Brief:
        """The model's answer, with the ids of all passages it was shown; those that do not fit are left out whole."""
        model, max_tokens = self._dialogue.asker.model, self._dialogue.room(_ANSWER_TOKENS)
        passages = [hit.passage for hit in hits]
        count = await most_that_fit(
            model, len(passages), lambda n: messages_of(self._prompt(query, passages[:n])), max_tokens
        )
        if count is None:
            return Brief(query, "", error="the query alone is longer than the language model's context")
        completion = await self._dialogue.say(messages_of(self._prompt(query, passages[:count])), max_tokens)
        shown = tuple(passage.id for passage in passages[:count])
        return Brief(query, completion.text.strip(), shown, completion.usage)

    def _prompt(self, query: str, passages: Sequence[Passage]) -> RenderedPrompt:
        block = show_passages(passages, query).block
        return self._dialogue.asker.prompts["imedrag_sub_answer"].render(passages=block, query=harmless(query))


def _analysis(text: str) -> str:
    """What the model thought, for the trace."""
    before = text.partition("## Queries")[0].replace("## Analysis", "")
    return one_line(before)[:_MAX_QUERY_CHARS]
