"""The connection to an OpenAI-compatible server: clients, failures in our own words, what is served."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from wardround.agent.models.endpoints import is_this_machine, without_credentials
from wardround.agent.models.openai_requests import chat_message
from wardround.agent.models.protocol import Message
from wardround.agent.models.retrying import Retry
from wardround.errors import BackendError, ConfigError, TransientBackendError

if TYPE_CHECKING:
    import openai

_REPEATABLE = frozenset({408, 409, 425, 429})
_INFORMATION_SECONDS = 10.0


class RefusedRequestError(BackendError):
    """The server read the request and will not do it (400 or 422): repeating it as it is cannot help."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that a server offers; ``context_tokens`` is None where the server does not say."""

    name: str
    root: str
    context_tokens: int | None


class Connection:
    """Clients of one server: an asynchronous one for each event loop, and one for quick questions.

    Redirects are not followed, so that a local server cannot send a question elsewhere, and a proxy of
    the environment is not used for this machine.

    Attributes:
        base_url: of the endpoint, as it may be shown.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None,
        *,
        timeout_seconds: float,
        concurrency: int,
        information_seconds: float = _INFORMATION_SECONDS,
    ) -> None:
        import openai

        self._base_url = base_url.rstrip("/")
        self.base_url = without_credentials(self._base_url)
        self._options: dict[str, Any] = {"base_url": self._base_url, "api_key": api_key or "none", "max_retries": 0}
        self._transport = {"follow_redirects": False, "trust_env": not is_this_machine(base_url)}
        self._timeout = timeout_seconds
        self._concurrency = concurrency
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[openai.AsyncOpenAI, asyncio.Semaphore]]
        self._by_loop = WeakKeyDictionary()
        self._quick = openai.OpenAI(
            **self._options,
            timeout=information_seconds,
            http_client=openai.DefaultHttpxClient(**self._transport),  # type: ignore[arg-type]  # two booleans
        )

    def in_this_loop(self) -> tuple[openai.AsyncOpenAI, asyncio.Semaphore]:
        """The client and the limit of requests in flight that belong to the running event loop."""
        import openai

        loop = asyncio.get_running_loop()
        if loop not in self._by_loop:
            transport = openai.DefaultAsyncHttpxClient(**self._transport)  # type: ignore[arg-type]  # two booleans
            client = openai.AsyncOpenAI(**self._options, timeout=self._timeout, http_client=transport)
            self._by_loop[loop] = (client, asyncio.Semaphore(self._concurrency))
        return self._by_loop[loop]

    def served_models(self) -> list[ServedModel]:
        """What the server offers, in its order.

        Raises:
            BackendError: nothing answers, or not as an OpenAI-compatible server does.
        """
        page = self._ask_quickly("get", "/models")
        listed = page.get("data") if isinstance(page, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) and "id" in one for one in listed):
            raise BackendError(
                f"{self.base_url} is no OpenAI-compatible endpoint: {str(page)[:80]!r}; does it end in /v1?"
            )
        return [ServedModel(str(one["id"]), str(one.get("root") or ""), one.get("max_model_len")) for one in listed]

    def server_version(self) -> str:
        """The version vLLM reports, or ``unknown`` for servers that report none."""
        try:
            version = self._ask_quickly("get", f"{self._root}/version")
        except BackendError:
            return "unknown"
        return str(version.get("version", "unknown")) if isinstance(version, dict) else "unknown"

    def tokens_of_chat(self, model: str, messages: Sequence[Message]) -> int | None:
        """Tokens of a prompt by vLLM's own count; None where the server has no such count.

        Raises:
            TransientBackendError: the server does not answer now.
        """
        body = {"model": model, "messages": [chat_message(one) for one in messages], "add_generation_prompt": True}
        try:
            counted = self._ask_quickly("post", f"{self._root}/tokenize", body)
        except TransientBackendError:
            raise
        except BackendError:
            return None
        count = counted.get("count") if isinstance(counted, dict) else None
        return count if isinstance(count, int) else None

    def close(self) -> None:
        """Closes the client for quick questions."""
        self._quick.close()

    async def aclose(self) -> None:
        """Closes the clients of the running loop and the quick one; others close with their loops."""
        self.close()
        client, _ = self._by_loop.pop(asyncio.get_running_loop(), (None, None))
        if client is not None:
            await client.close()

    @property
    def _root(self) -> str:
        return self._base_url.removesuffix("/v1")

    def _ask_quickly(self, method: str, path: str, body: object = None) -> Any:
        import openai

        try:
            if method == "get":
                return self._quick.get(path, cast_to=object)
            return self._quick.post(path, body=body, cast_to=object)
        except openai.APIError as error:
            understood = self.understood(error)
        except (ValueError, RecursionError) as error:
            raise BackendError(f"{self.base_url} sent something that is no JSON: {error}") from error
        if isinstance(understood, Retry):
            raise TransientBackendError(str(understood)) from understood
        raise understood

    def understood(self, error: openai.APIError) -> Retry | BackendError | ConfigError:
        """The client's exception as what to do about it: ``Retry`` when a repetition may help."""
        import openai

        if isinstance(error, openai.APITimeoutError):
            return Retry(f"the language model server at {self.base_url} did not answer in time (model.timeout_seconds)")
        if isinstance(error, openai.APIConnectionError):
            return Retry(
                f"the language model server at {self.base_url} cannot be reached or dropped the connection "
                f"({error.__cause__ or error}): is it running?"
            )
        if not isinstance(error, openai.APIStatusError):
            return Retry(f"the language model server at {self.base_url} failed: {error.message}")
        return self._status_understood(error)

    def _status_understood(self, error: openai.APIStatusError) -> Retry | BackendError | ConfigError:
        status = error.status_code
        said = f"the language model server at {self.base_url} answered {status}: {_message(error)}"
        if status in _REPEATABLE or status >= 500:
            return Retry(said, after=retry_after(error.response.headers.get("retry-after")))
        if status in (401, 403):
            return ConfigError(f"{said}; put its key into the environment variable that model.api_key_env names")
        if status in (400, 422):
            return RefusedRequestError(said)
        return BackendError(said)


def retry_after(header: str | None, *, now: datetime | None = None) -> float | None:
    """Seconds to wait by a ``Retry-After`` header (seconds or an HTTP date); None without a readable one."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _message(error: openai.APIStatusError) -> str:
    body = error.body
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or error.message).split())[:300]
