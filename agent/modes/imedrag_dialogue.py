"""What the steps of i-MedRAG share: the model, its free-text replies, and the history they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wardround.agent.models.protocol import Completion, LanguageModel, Message, Prompt
from wardround.agent.records import Brief, Framed
from wardround.agent.writing.asking import Asker, Decoding, messages_of
from wardround.agent.writing.showing import most_that_fit, reply_tokens
from wardround.prompts import Entry, PromptLibrary, RenderedPrompt, data_block, prompt_key

_NO_ANSWER = "(no answer)"


class Dialogue:
    """One model with its prompts and its way of decoding."""

    def __init__(self, model: LanguageModel, prompts: PromptLibrary, decoding: Decoding) -> None:
        self.asker = Asker(model, prompts, decoding)

    async def say(self, messages: Sequence[Message], max_tokens: int, attempt: int = 0) -> Completion:
        """A reply in free text.

        Args:
            messages: the dialogue so far.
            max_tokens: of the reply, at most.
            attempt: counts up where the same thing is asked again; sampled replies then differ.

        Raises:
            BackendError: the model cannot be reached or does not take the prompt.
        """
        decoding = self.asker.decoding
        prompt = Prompt(
            messages=tuple(messages),
            max_tokens=max_tokens,
            temperature=decoding.temperature,
            top_p=decoding.top_p,
            seed=decoding.seed + attempt,
        )
        return await self.asker.model.generate(prompt)

    def room(self, wanted: int) -> int:
        """Length of a reply, as far as the model's context allows it."""
        return reply_tokens(self.asker.model, wanted)

    async def with_history(
        self,
        framed: Framed,
        briefs: Sequence[Brief],
        render: Callable[[str], RenderedPrompt],
        max_tokens: int,
    ) -> RenderedPrompt:
        """The prompt with all earlier queries and answers, or with the latest that fit."""

        def prompt(count: int) -> RenderedPrompt:
            return render(_history(framed, briefs[len(briefs) - count :]))

        count = await most_that_fit(self.asker.model, len(briefs), lambda n: messages_of(prompt(n)), max_tokens)
        return prompt(count or 0)


def _history(framed: Framed, briefs: Sequence[Brief]) -> str:
    entries = [("", Entry(f"Query: {brief.query}", brief.text or _NO_ANSWER)) for brief in briefs]
    return data_block("findings", entries, prompt_key(framed.question, *(one.query + one.text for one in briefs)))
