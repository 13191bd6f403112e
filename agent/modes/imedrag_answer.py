"""The answer of i-MedRAG (arXiv:2408.00727): reasoning in free text, then the answer as JSON in the same dialogue.

The paper's answer cites nothing. Here its sentences become claims, each with the passages whose words are nearest to
it, and the judge decides which of them stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wardround.agent.citing.words import meanings
from wardround.agent.collaborators import OnToken
from wardround.agent.models.protocol import JsonSchema, Message, Usage
from wardround.agent.modes.imedrag_dialogue import Dialogue
from wardround.agent.records import Brief, Draft, DraftClaim, Evidence, Framed
from wardround.agent.writing.asking import Asked, Request, messages_of
from wardround.agent.writing.forms import MAX_CITATIONS, Form
from wardround.agent.writing.refusals import states_something
from wardround.agent.writing.showing import show_options
from wardround.corpora.sentence_ends import sentence_spans
from wardround.prompts import RenderedPrompt, harmless, one_line

ATTEMPTS = 3
_ANSWER_HEADING = "## Answer"
_TOKENS = 1200
_JSON_TOKENS = 512
_MARKS = re.compile(r"^\s*(?:(?:[#>*•-]+|\d+[.)])\s+)*|\*\*|`")
_FEWEST_WORDS = 3


class AnswerReply(Form):
    """The answer itself."""

    answer: str


class ImedragWriter:
    """Answers from the history of queries and answers; asks at most three times for text that states an answer."""

    def __init__(self, dialogue: Dialogue, max_claims: int) -> None:
        self._dialogue = dialogue
        self._max_claims = max_claims

    async def write(
        self, framed: Framed, evidence: Sequence[Evidence], briefs: Sequence[Brief], on_token: OnToken
    ) -> Draft:
        """The answer's sentences as claims, and the chosen option.

        Without a stated answer the draft carries an error, never an exception.
        """
        max_tokens = self._dialogue.room(_TOKENS)
        prompt = await self._prompt(framed, briefs, max_tokens)
        usage = Usage()
        for attempt in range(ATTEMPTS):
            completion = await self._dialogue.say(messages_of(prompt), max_tokens, attempt)
            usage += completion.usage
            if states_an_answer(completion.text):
                break
        else:
            return Draft((), usage=usage, error=f"{ATTEMPTS} replies stated no answer")
        asked = await self._as_json(framed, prompt, completion.text)
        answer = asked.reply.answer if asked.reply else None
        said = completion.text if framed.options or answer is None else answer
        claims = self._claims(said, evidence)
        on_token("\n".join(claim.text for claim in claims))
        return Draft(
            claims,
            choice=answer if framed.options else None,
            warnings=() if asked.reply else (f"no answer could be read: {asked.error}",),
            usage=usage + asked.usage,
        )

    async def rewrite(self, framed: Framed, claim: DraftClaim, evidence: Sequence[Evidence]) -> DraftClaim | None:
        """Nothing: the method has no such call, so a claim that is not supported stays as it is."""
        return None

    async def _as_json(self, framed: Framed, prompt: RenderedPrompt, text: str) -> Asked[AnswerReply]:
        letters = [option.letter for option in framed.options]
        form = f"where the value is one of {', '.join(letters)}" if letters else "with the answer in a few sentences"

        def problem(reply: AnswerReply) -> str | None:
            if letters and reply.answer not in letters:
                return f"the answer must be one of {', '.join(letters)}"
            return None if reply.answer.strip() else "the answer is empty"

        return await self._dialogue.asker.ask(
            Request(
                self._dialogue.asker.prompts["imedrag_json"].render(form=form),
                _answer_schema(letters),
                AnswerReply,
                self._dialogue.room(_JSON_TOKENS),
                problem,
                earlier=(*messages_of(prompt), Message("assistant", harmless(text))),
            )
        )

    async def _prompt(self, framed: Framed, briefs: Sequence[Brief], max_tokens: int) -> RenderedPrompt:
        def render(history: str) -> RenderedPrompt:
            return self._dialogue.asker.prompts["imedrag_answer"].render(
                history=history, question=harmless(framed.question), options=show_options(framed.options)
            )

        # The text and the turn after it stand in the same context.
        return await self._dialogue.with_history(framed, briefs, render, max_tokens + self._dialogue.room(_JSON_TOKENS))

    def _claims(self, said: str, evidence: Sequence[Evidence]) -> tuple[DraftClaim, ...]:
        """Sentences that state something, those of the section "Answer" first."""
        reasoning, _, answer = said.partition(_ANSWER_HEADING)
        sentences = dict.fromkeys((*_sentences(answer), *_sentences(reasoning)))
        stated = [one for one in sentences if len(one.split()) >= _FEWEST_WORDS and states_something(one)]
        return tuple(DraftClaim(one, _nearest(one, evidence), "model") for one in stated[: self._max_claims])


def states_an_answer(text: str) -> bool:
    """Whether a reply gets to its answer, as the paper's code tells."""
    return _ANSWER_HEADING in text or "answer is" in text.lower()


def _sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = one_line(_MARKS.sub("", line))
        if plain and not line.lstrip().startswith("#"):
            yield from (plain[start:end] for start, end in sentence_spans(plain, 0, len(plain)))


def _nearest(sentence: str, evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """The passages that hold most of the sentence's words, at most three; the better evidence where they tie."""
    words = meanings(sentence)
    shared = [(len(words & meanings(one.passage.contents)), one.passage.id) for one in evidence]
    ranked = sorted((one for one in shared if one[0]), key=lambda one: -one[0])
    return tuple(passage_id for _, passage_id in ranked[:MAX_CITATIONS])


def _answer_schema(letters: Sequence[str]) -> JsonSchema:
    value = {"type": "string", "enum": list(letters)} if letters else {"type": "string"}
    return JsonSchema(
        "answer",
        {"type": "object", "properties": {"answer": value}, "required": ["answer"], "additionalProperties": False},
    )
