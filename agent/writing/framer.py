"""Makes a follow-up question stand alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from wardround.agent.citing.numbers import missing_numbers
from wardround.agent.models.protocol import LanguageModel
from wardround.agent.records import AnswerOption, Framed, Turn
from wardround.agent.writing.asking import Asker, Decoding, Request, messages_of
from wardround.agent.writing.forms import FrameReply, frame_schema
from wardround.agent.writing.showing import latest_that_fit, reply_tokens
from wardround.errors import BackendError
from wardround.prompts import Entry, PromptLibrary, RenderedPrompt, data_block, harmless, prompt_key
from wardround.retrievers.clinical_terms import explain_terms

_REPLY_TOKENS = 256
MAX_TURNS = 12
"""Exchanges of a conversation that are read at most, the latest ones."""

_KEPT_AS_ASKED = (
    "the question was looked up as it was asked, because it could not be read together with the conversation"
)


class GenerativeFramer:
    """Asks the model once, and only when there is a conversation; what terms mean is added without it."""

    def __init__(
        self,
        model: LanguageModel,
        prompts: PromptLibrary,
        decoding: Decoding | None = None,
        explained: Callable[[str], str] = explain_terms,
    ) -> None:
        self._asker = Asker(model, prompts, decoding or Decoding())
        self._explained = explained

    async def frame(self, question: str, options: Sequence[AnswerOption], conversation: Sequence[Turn]) -> Framed:
        """The question as it would be asked without the conversation before it, with what its terms mean.

        A rewritten question that brings in or loses a number is not used: the question stays as it was asked,
        with a warning. Of a long conversation the latest ``MAX_TURNS`` exchanges are read, fewer where the model's
        context holds no more, and a warning says how many were left out.
        """
        framed = await self._alone(question, options, conversation)
        return replace(framed, question=self._explained(framed.question))

    async def _alone(self, question: str, options: Sequence[AnswerOption], conversation: Sequence[Turn]) -> Framed:
        if not conversation:
            return Framed(question, tuple(options))
        max_tokens = reply_tokens(self._asker.model, _REPLY_TOKENS)
        turns = await latest_that_fit(  # what "it" refers to is rarely long ago
            self._asker.model,
            conversation[-MAX_TURNS:],
            lambda shown: messages_of(self._prompt(question, shown)),
            max_tokens,
        )
        cut = _left_out(len(conversation) - len(turns))
        said = "\n".join([question, *(f"{turn.question}\n{turn.answer}" for turn in conversation)])

        def problem(reply: FrameReply) -> str | None:
            if not reply.question.strip():
                return "the question is empty"
            if missing_numbers(reply.question, said) or missing_numbers(question, reply.question):
                return "the numbers of the question must stay as they are, and none may be added"
            return None

        prompt = self._prompt(question, turns)
        try:
            asked = await self._asker.ask(Request(prompt, frame_schema(), FrameReply, max_tokens, problem))
        except BackendError as error:
            return Framed(question, tuple(options), warnings=(*cut, f"{_KEPT_AS_ASKED}: {error}"))
        if asked.reply is None:
            warnings = (*cut, f"{_KEPT_AS_ASKED}: {asked.error}")
            return Framed(question, tuple(options), warnings=warnings, usage=asked.usage)
        return Framed(" ".join(asked.reply.question.split()), tuple(options), warnings=cut, usage=asked.usage)

    def _prompt(self, question: str, turns: Sequence[Turn]) -> RenderedPrompt:
        entries = [("", Entry(f"Question: {turn.question}", f"Answer: {turn.answer}")) for turn in turns]
        key = prompt_key(question, *(turn.question + turn.answer for turn in turns))
        return self._asker.prompts["frame"].render(
            conversation=data_block("conversation", entries, key), question=harmless(question)
        )


def _left_out(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"the oldest {count} exchanges of the conversation were not read, because it is long",)
