"""What a caller may ask, in the words of OpenAI's chat completions, and the question it amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from wardround.agent.records import Turn
from wardround.errors import InputError
from wardround.retrievers.filters import parsed_filter
from wardround.retrievers.protocols import Where

MODEL = "wardround"
"""The one name that the agent is asked for by."""

Text = Annotated[str, Field(max_length=200_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Part):
    """A piece of a message; pictures and sound are refused."""

    type: Literal["text"]
    text: Text


class Message(_Part):
    """One message. What the system or a developer says is left out: the agent has instructions of its own."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Text | Annotated[list[TextPart], Field(max_length=100)]

    @property
    def text(self) -> str:
        """The words of the message."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class StreamOptions(_Part):
    """What a stream ends with."""

    include_usage: bool = False


class PlainText(_Part):
    """The only form of reply there is; the structured one comes beside it, always."""

    type: Literal["text"]


class CompletionRequest(_Part):
    """A conversation whose last message is the question.

    Sampling settings (``temperature``, ``max_tokens``, ``seed`` and so on) and names of users are accepted and not
    used: how answers are written is the service's configuration. What would change the form of the reply is refused.
    """

    model: Annotated[str, Field(max_length=200, description=f"{MODEL!r}")]
    messages: Annotated[list[Message], Field(min_length=1, max_length=200)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[Literal[1] | None, Field(description="one answer a question")] = None
    logprobs: Annotated[Literal[False] | None, Field(description="an answer has none")] = None
    response_format: PlainText | None = None
    filter: Annotated[
        list[Annotated[str, Field(max_length=1000)]] | None,
        Field(max_length=50, description='what is searched, such as ["year>=2018", "evidence=guideline"]'),
    ] = None
    tools: Annotated[list[dict[str, object]] | None, Field(max_length=0, description="the agent calls none")] = None


class Asked(NamedTuple):
    """A question, what was said before it, and where its answer is looked for; None for the agent's own way."""

    question: str
    history: tuple[Turn, ...]
    where: Where | None = None


def asked(messages: Sequence[Message], restrictions: Sequence[str] | None = None) -> Asked:
    """The question in the last message, and the earlier exchanges that were answered.

    Raises:
        InputError: the last message is not the user's, or a restriction is not understood.
    """
    spoken = [one for one in messages if one.role in ("user", "assistant")]
    if not spoken or spoken[-1].role != "user":
        raise InputError("the last message must be the user's: it is the question")
    history = tuple(
        Turn(question=before.text, answer=after.text)
        for before, after in pairwise(spoken)
        if (before.role, after.role) == ("user", "assistant")
    )
    return Asked(spoken[-1].text, history, parsed_filter(restrictions) if restrictions else None)
