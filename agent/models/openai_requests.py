"""Prompts as OpenAI chat requests, and chat responses as what we read out of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wardround.agent.models.option_scores import TokenChance
from wardround.agent.models.protocol import Choice, Constraint, JsonSchema, Message, Prompt, Usage
from wardround.agent.models.reasoning import apart
from wardround.errors import TransientBackendError

Request = dict[str, Any]
Spelling = Literal["response_format", "structured_outputs"]
"""Two ways to ask for constrained output: OpenAI's own, and vLLM's. A server may know one, both or none."""

TOP_LOGPROBS = 20
"""The most that OpenAI's interface and vLLM's default setting allow."""


@dataclass(frozen=True, slots=True)
class ServerReply:
    """One finished response, its reasoning apart; None where there was none."""

    text: str
    cut_off: bool
    usage: Usage
    reasoning: str | None = None


def chat_request(model: str, prompt: Prompt, spelling: Spelling, *, attempt: int = 0) -> Request:
    """The body of a chat completion; every sampling parameter is explicit.

    A server fills what is missing from the model's own defaults, which differ between models.

    Args:
        model: served name.
        prompt: what to say.
        spelling: how the constraint is written.
        attempt: 1 for the repetition after an unusable reply, which then samples with another seed.
    """
    request: Request = {
        "model": model,
        "messages": [chat_message(message) for message in prompt.messages],
        "max_tokens": prompt.max_tokens,
        "temperature": prompt.temperature,
        "top_p": prompt.top_p,
        "seed": prompt.seed + attempt,
    }
    if prompt.stop:
        request["stop"] = list(prompt.stop)
    if prompt.constraint is not None:
        request |= _constrained(prompt.constraint, spelling)
    return request


def spellings(constraint: Constraint | None) -> tuple[Spelling, Spelling]:
    """The order in which to try them: a schema is OpenAI's own feature, a choice vLLM's."""
    if isinstance(constraint, Choice):
        return ("structured_outputs", "response_format")
    return ("response_format", "structured_outputs")


def first_token_request(model: str, messages: Sequence[Message]) -> Request:
    """Asks for the likeliest first tokens of the reply."""
    request = chat_request(model, Prompt(tuple(messages), max_tokens=1), "response_format")
    return request | {"logprobs": True, "top_logprobs": TOP_LOGPROBS}


def likelihood_request(model: str, messages: Sequence[Message], option: str) -> Request:
    """Asks vLLM for the log-probability of each token of a reply that says ``option``."""
    said = Prompt((*messages, Message("assistant", option)), max_tokens=1)
    extra = {"prompt_logprobs": 0, "add_generation_prompt": False, "continue_final_message": True}
    return chat_request(model, said, "response_format") | {"extra_body": extra}


def chat_message(message: Message) -> dict[str, str]:
    """A message as the interface writes it."""
    return {"role": message.role, "content": message.content}


def read_reply(response: Any, constraint: Constraint | None, spelling: Spelling, *, seconds: float) -> ServerReply:
    """What the assistant said.

    Raises:
        TransientBackendError: the response is no chat completion.
    """
    choice = first_choice(response)
    text, reasoning = apart(choice.message.content or "")
    if reasoning is None:  # a server with a reasoning parser sends it beside the content, under one of two names
        said = (getattr(choice.message, name, None) for name in ("reasoning", "reasoning_content"))
        reasoning = next((one for one in said if isinstance(one, str) and one), None)
    if isinstance(constraint, Choice) and spelling == "response_format":
        text = _unquoted(text)
    return ServerReply(text, choice.finish_reason == "length", read_usage(response, seconds=seconds), reasoning)


def first_choice(response: Any) -> Any:
    """The one choice of a response.

    Raises:
        TransientBackendError: the response is no chat completion, such as a proxy's error page.
    """
    choices = getattr(response, "choices", None)
    if not choices or getattr(choices[0], "message", None) is None:
        raise TransientBackendError(f"the language model server sent no chat completion: {str(response)[:120]!r}")
    return choices[0]


def read_usage(response: Any, *, seconds: float) -> Usage:
    """Tokens as the server counted them; 0 where it does not say."""
    counted = getattr(response, "usage", None)
    prompt_tokens, completion_tokens = getattr(counted, "prompt_tokens", 0), getattr(counted, "completion_tokens", 0)
    return Usage(1, prompt_tokens or 0, completion_tokens or 0, seconds)


def read_first_token(response: Any) -> list[TokenChance]:
    """The likeliest first tokens; empty when the server does not report them."""
    reported = getattr(first_choice(response), "logprobs", None)
    positions = getattr(reported, "content", None) or []
    return [TokenChance(top.token, top.logprob) for top in positions[0].top_logprobs] if positions else []


def read_likelihood(response: Any, prompt_tokens: int) -> float | None:
    """Summed log-probability of the tokens after the first ``prompt_tokens``; None when not reported."""
    positions: Sequence[Mapping[str, Any] | None] | None = getattr(response, "prompt_logprobs", None)
    if not positions or len(positions) <= prompt_tokens:
        return None
    said = [position for position in positions[prompt_tokens:] if position]
    return sum(float(next(iter(position.values()))["logprob"]) for position in said)


def _constrained(constraint: Constraint, spelling: Spelling) -> Request:
    if spelling == "structured_outputs":
        return {"extra_body": {"structured_outputs": _structured(constraint)}}
    if isinstance(constraint, JsonSchema):
        name, schema = constraint.name, dict(constraint.schema)
    else:
        name, schema = "choice", {"type": "string", "enum": list(constraint.options)}
    return {"response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}}


def _structured(constraint: Constraint) -> dict[str, Any]:
    if isinstance(constraint, Choice):
        return {"choice": list(constraint.options)}
    return {"json": dict(constraint.schema)}


def _unquoted(text: str) -> str:
    """The string that ``text`` writes in JSON; ``text`` itself when it is something else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or such as Python does not read
        return text
    return value if isinstance(value, str) else text
