"""A language model behind any OpenAI-compatible server; vLLM first."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Collection, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from wardround.agent.models.endpoints import require_allowed
from wardround.agent.models.openai_connection import Connection, RefusedRequestError, ServedModel
from wardround.agent.models.openai_requests import (
    Request,
    ServerReply,
    Spelling,
    chat_request,
    read_reply,
    spellings,
)
from wardround.agent.models.option_scores import require_options
from wardround.agent.models.protocol import Choice, ChoiceScores, Completion, Message, Prompt, Usage
from wardround.agent.models.reasoning import ReasoningFilter
from wardround.agent.models.replies import estimated_tokens, is_usable, usable_reply
from wardround.agent.models.retrying import BackOff, Retry
from wardround.agent.models.server_scores import scores_by_logprobs
from wardround.agent.models.together import together
from wardround.errors import ConfigError, TransientBackendError

if TYPE_CHECKING:
    import openai

UNKNOWN_CONTEXT = 4096
"""Assumed when the server does not report its context length; the smallest in common use."""

_REMEMBERED_COUNTS = 32


class OpenAIServerModel:
    """A served model. Build it with ``connect``."""

    def __init__(self, connection: Connection, served: ServedModel, version: str, back_off: BackOff) -> None:
        self._connection = connection
        self._served = served
        self._version = version
        self._back_off = back_off
        self._counts_tokens = True
        self._counted: dict[tuple[Message, ...], int] = {}
        self._counting = threading.Lock()
        self._spelling: dict[type, Spelling] = {}

    @classmethod
    def connect(
        cls,
        base_url: str,
        name: str | None = None,
        *,
        api_key: str | None = None,
        allowed_hosts: Collection[str] = (),
        timeout_seconds: float = 120,
        back_off: BackOff | None = None,
        concurrency: int = 8,
    ) -> OpenAIServerModel:
        """A model that the server at ``base_url`` offers, once the server has confirmed it.

        Args:
            base_url: the endpoint, such as ``http://localhost:8000/v1``.
            name: as served; may be left out where only one model is.
            api_key: sent as a bearer token.
            allowed_hosts: hosts besides this machine that may see prompts.
            timeout_seconds: until the first byte, and between two pieces of a stream.
            back_off: how failures are repeated; three times by default.
            concurrency: requests in flight at once, in each event loop.

        Raises:
            ConfigError: the host is not allowed, or the server does not offer ``name``.
            BackendError: nothing answers at ``base_url``.
        """
        require_allowed(base_url, allowed_hosts, setting="model")
        connection = Connection(base_url, api_key, timeout_seconds=timeout_seconds, concurrency=concurrency)
        served = _chosen(connection.served_models(), name, connection.base_url)
        return cls(connection, served, connection.server_version(), back_off or BackOff(max_retries=3))

    @property
    def name(self) -> str:
        """The name the server gives it."""
        return self._served.name

    @property
    def fingerprint(self) -> str:
        """Served name, what it was loaded from, context length, and the server's version."""
        return f"server:{self._version}:{self.name}:{self._served.root}:{self.context_tokens}"

    @property
    def context_tokens(self) -> int:
        """As the server reports it, else ``UNKNOWN_CONTEXT``."""
        return self._served.context_tokens or UNKNOWN_CONTEXT

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """The server's own count where it has one (vLLM), else an over-estimate.

        Asks the server and waits for its answer, some milliseconds on this machine; the latest counts are remembered.
        """
        asked = tuple(messages)
        if (known := self._counted.get(asked)) is not None:
            return known
        if self._counts_tokens:
            try:
                counted = self._connection.tokens_of_chat(self.name, asked)
            except TransientBackendError:
                return estimated_tokens(asked)
            if counted is not None:
                self._remember(asked, counted)
                return counted
            self._counts_tokens = False
        return estimated_tokens(asked)

    def _remember(self, asked: tuple[Message, ...], counted: int) -> None:
        with self._counting:  # counts are asked for from several threads
            while len(self._counted) >= _REMEMBERED_COUNTS:
                del self._counted[next(iter(self._counted))]
            self._counted[asked] = counted

    async def generate(self, prompt: Prompt) -> Completion:
        """The whole reply; one that breaks its constraint is asked for once more, in the other spelling."""
        first, second = self._order(prompt)
        spent = Usage()
        try:
            reply = await self._reply(prompt, first, attempt=0)
            if reply.cut_off or is_usable(reply.text, prompt.constraint):
                return _completion(reply, prompt, reply.usage)
            spent = reply.usage
        except RefusedRequestError:
            if prompt.constraint is None:
                raise
        reply = await self._reply(prompt, second, attempt=1)
        completion = _completion(reply, prompt, spent + reply.usage)
        self._spelling[type(prompt.constraint)] = second
        return completion

    async def stream(self, prompt: Prompt) -> AsyncIterator[str]:
        """The reply as it comes; a choice comes in one piece, since it is only known when it is whole.

        Raises:
            TransientBackendError: the stream broke after its first piece, so that it cannot be repeated.
        """
        if isinstance(prompt.constraint, Choice):
            yield (await self.generate(prompt)).text
            return
        thoughts, said, cut_off = ReasoningFilter(), "", False
        async with aclosing(self._chunks(chat_request(self.name, prompt, self._order(prompt)[0]))) as chunks:
            async for piece, reason in chunks:
                cut_off = cut_off or reason == "length"
                if answer := thoughts.feed(piece):
                    said += answer
                    yield answer
        if rest := thoughts.end():
            said += rest
            yield rest
        usable_reply(said, prompt.constraint, cut_off=cut_off)

    async def generate_batch(self, prompts: Sequence[Prompt]) -> list[Completion]:
        """One reply per prompt, ``concurrency`` of them in flight; the first failure cancels the rest."""
        return await together([self.generate(prompt) for prompt in prompts])

    async def score_choices(self, messages: Sequence[Message], choices: Sequence[str]) -> ChoiceScores:
        """Probability of each choice, by the cheapest way that can tell the choices apart.

        One request for the first token where every choice is a token of its own; else the likelihood of
        each choice (vLLM); else the choice the model makes under constraint, marked as such.
        """
        options = require_options(choices)
        probabilities, spent = await scores_by_logprobs(self._send, self.name, messages, options)
        if probabilities is not None:
            return ChoiceScores(probabilities, spent)
        chosen = await self.generate(Prompt(tuple(messages), constraint=Choice(options)))
        certain = {option: float(option == chosen.text) for option in options}
        return ChoiceScores(certain, spent + chosen.usage, "choice")

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._connection.aclose()

    def _order(self, prompt: Prompt) -> tuple[Spelling, Spelling]:
        first, second = spellings(prompt.constraint)
        return (second, first) if self._spelling.get(type(prompt.constraint)) == second else (first, second)

    async def _reply(self, prompt: Prompt, spelling: Spelling, *, attempt: int) -> ServerReply:
        started = time.monotonic()
        response = await self._send(chat_request(self.name, prompt, spelling, attempt=attempt))
        return read_reply(response, prompt.constraint, spelling, seconds=time.monotonic() - started)

    async def _send(self, request: Request) -> Any:
        client, limit = self._connection.in_this_loop()
        async with limit:
            return await self._back_off.run(lambda: self._understood(client.chat.completions.create(**request)))

    async def _chunks(self, request: Request) -> AsyncGenerator[tuple[str, str | None]]:
        client, limit = self._connection.in_this_loop()
        async with limit:
            stream, chunk = await self._back_off.run(lambda: self._opened(client, request))
            finished = False
            try:
                while chunk is not None:
                    for choice in chunk.choices or ():
                        finished = finished or choice.finish_reason is not None
                        yield (choice.delta.content or "") if choice.delta else "", choice.finish_reason
                    chunk = await self._understood(anext(stream, None))
            except Retry as broken:
                raise TransientBackendError(str(broken)) from broken
            finally:
                await stream.close()
        if not finished:
            raise TransientBackendError(f"the server at {self._connection.base_url} ended a reply before it was whole")

    async def _opened(self, client: openai.AsyncOpenAI, request: Request) -> tuple[Any, Any]:
        """A stream together with its first piece, so that a failure before it can still be repeated."""
        stream = await self._understood(client.chat.completions.create(**request, stream=True))
        try:
            return stream, await self._understood(anext(stream, None))
        except BaseException:
            await stream.close()
            raise

    async def _understood(self, call: Awaitable[Any]) -> Any:
        import openai

        try:
            return await call
        except openai.APIError as error:
            raise self._connection.understood(error) from error
        except (ValueError, RecursionError) as error:  # a number too long or a nesting too deep for Python, too
            raise Retry(f"the server at {self._connection.base_url} sent garbled JSON: {error}") from error


def _chosen(served: Sequence[ServedModel], name: str | None, base_url: str) -> ServedModel:
    names = ", ".join(model.name for model in served) or "none"
    if name is None:
        if len(served) == 1:
            return served[0]
        raise ConfigError(f"model.name is needed, since {base_url} serves {len(served)} models: {names}")
    for model in served:
        if model.name == name:
            return model
    raise ConfigError(f"model.name is {name!r}, but {base_url} serves: {names}")


def _completion(reply: ServerReply, prompt: Prompt, usage: Usage) -> Completion:
    text = usable_reply(reply.text, prompt.constraint, cut_off=reply.cut_off, reasoning=reply.reasoning)
    return Completion(text, usage, "length" if reply.cut_off else "stop", reply.reasoning is not None)
