"""Probabilities of options by an OpenAI-compatible server, in the cheapest way that can tell them apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from wardround.agent.models.openai_connection import RefusedRequestError
from wardround.agent.models.openai_requests import (
    Request,
    first_token_request,
    likelihood_request,
    read_first_token,
    read_likelihood,
    read_usage,
)
from wardround.agent.models.option_scores import from_first_token, share
from wardround.agent.models.protocol import Message, Usage
from wardround.agent.models.together import together

Send = Callable[[Request], Coroutine[Any, Any, Any]]
Scores = tuple[dict[str, float] | None, Usage]
"""Probabilities by option, or None where the server cannot tell; and what asking cost in either case."""


async def scores_by_logprobs(send: Send, model: str, messages: Sequence[Message], options: Sequence[str]) -> Scores:
    """One request for the first token where every option is a token of its own, else a request an option.

    Args:
        send: performs a request.
        model: served name.
        messages: what the options answer.
        options: different texts.
    """
    started = time.monotonic()
    try:
        response = await send(first_token_request(model, messages))
    except RefusedRequestError:
        return None, Usage()
    first = read_usage(response, seconds=time.monotonic() - started)
    listed = read_first_token(response)
    found = from_first_token(options, listed) if listed else None
    if found is not None or not listed or first.prompt_tokens == 0:
        return found, first
    likelihoods, spent = await _likelihoods(send, model, messages, options, first.prompt_tokens)
    return likelihoods, first + spent


async def _likelihoods(
    send: Send, model: str, messages: Sequence[Message], options: Sequence[str], prompt_tokens: int
) -> Scores:
    """VLLM reports the probability of every token of a prompt, so each option is sent as if it had been said."""
    started = time.monotonic()
    try:
        responses = await together([send(likelihood_request(model, messages, option)) for option in options])
    except RefusedRequestError:
        return None, Usage()
    tokens = [read_usage(response, seconds=0.0) for response in responses]
    usage = sum(tokens, Usage(seconds=time.monotonic() - started))
    logs: dict[str, float] = {}
    for option, response in zip(options, responses, strict=True):
        logs |= {option: value} if (value := read_likelihood(response, prompt_tokens)) is not None else {}
    return (share(logs) if len(logs) == len(options) else None), usage
