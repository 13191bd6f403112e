"""The served language model as judge: one choice among four, with probabilities."""

from __future__ import annotations

from collections.abc import Sequence

from wardround.agent.citing.readings import Reading
from wardround.agent.citing.support import best_stretches
from wardround.agent.citing.verbatim import quotes_stand
from wardround.agent.citing.verdicts import best_verdict
from wardround.agent.models.protocol import LanguageModel, Message, Usage
from wardround.agent.records import DraftClaim, Quote, VerifiedClaim
from wardround.corpora.records import Passage
from wardround.prompts import Entry, PromptLibrary, data_block, prompt_key

ANSWERS = ("supports", "partly", "contradicts", "does not say")
"""The options, in the order of ``Reading``'s fields."""


class ModelJudge:
    """Asks the model about each cited passage, and quotes the sentence that shares most with the claim.

    A quotation that stands verbatim is not asked about.

    Attributes:
        usage: what judging has cost so far.
    """

    def __init__(self, model: LanguageModel, prompts: PromptLibrary) -> None:
        self._model = model
        self._prompt = prompts["judge"]
        self.usage = Usage()

    @property
    def fingerprint(self) -> str:
        """The model's, and the prompt's."""
        return f"model({self._model.fingerprint},{self._prompt.sha256[:16]})"

    async def judge(self, claim: DraftClaim, passages: Sequence[Passage]) -> VerifiedClaim:
        """The claim with the best verdict among its passages.

        Raises:
            BackendError: the model cannot be reached or does not take the passage.
            ModelOutputError: the model gave none of the four answers.
        """
        if claim.origin == "quotation" and quotes_stand(claim, passages):
            return VerifiedClaim(claim.text, "supported", claim.origin, claim.quotes)
        quotes = []
        for passage in passages:
            verdict = (await self.read(claim.text, passage)).verdict
            if verdict == "not_found":
                continue
            quotes += [
                Quote(passage.id, passage.text[one.start : one.end], one.start, one.end, verdict)
                for one in best_stretches(claim.text, passage)
            ]
        return VerifiedClaim(claim.text, best_verdict(quote.verdict for quote in quotes), claim.origin, tuple(quotes))

    async def read(self, claim: str, passage: Passage) -> Reading:
        """What the model says of one passage, with probabilities."""
        key = prompt_key(claim, passage.text)
        prompt = self._prompt.render(
            passage=data_block("passage", [("", Entry(passage.path, passage.text))], key),
            claim=data_block("claim", [("", Entry("", claim))], key),
        )
        messages = (Message("system", prompt.system), Message("user", prompt.user))
        scores = await self._model.score_choices(messages, ANSWERS)
        self.usage = self.usage + scores.usage
        return Reading(*(scores.probabilities[answer] for answer in ANSWERS))
