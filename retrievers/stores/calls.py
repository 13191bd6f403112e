"""Requests to a Qdrant server: repeated while a failure may pass, then one clear error."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from wardround.errors import BackendError, StoreError, TransientBackendError, WardroundError

T = TypeVar("T")

_TRANSIENT_GRPC = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "ABORTED"})


@dataclass(frozen=True, slots=True)
class Calls:
    """How requests to one server are made; every request of ours can be repeated without harm.

    Attributes:
        server: names the server in messages.
        api_key_env: the environment variable to name when the server refuses the key.
        attempts: how often a request is made in all.
        first_delay: seconds before the second attempt; doubled each time, with up to a quarter more at random.
        longest_delay: seconds; a server's own ``Retry-After`` is followed up to this long too.
        sleep: waits; replaced in tests.
    """

    server: str
    api_key_env: str = "QDRANT_API_KEY"
    attempts: int = 5
    first_delay: float = 0.5
    longest_delay: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def __call__(self, action: str, request: Callable[[], T]) -> T:
        """What ``request`` returns.

        Args:
            action: completes "cannot ...", such as "search collection 'wardround'".
            request: one call of the client.

        Raises:
            TransientBackendError: the server cannot be reached or is overloaded, after all attempts.
            BackendError: the server refuses the request or does not speak Qdrant's protocol.
            StoreError: the collection is missing or its vectors have another length.
        """
        delay = self.first_delay
        for attempt in range(1, self.attempts + 1):
            try:
                return request()
            except WardroundError:
                raise
            except Exception as error:
                failure = self._explained(action, error)
                if failure is None:
                    raise
                if not failure.retryable or attempt == self.attempts:
                    raise failure from error
                asked = float(getattr(error, "retry_after_s", 0) or 0)
                pause = max(delay * (1 + random.random() / 4), asked)  # noqa: S311 - spreads retries, no secret
                self.sleep(min(pause, self.longest_delay))
                delay *= 2
        raise BackendError(f"cannot {action}: no attempt was allowed (attempts={self.attempts})")

    def _explained(self, action: str, error: Exception) -> WardroundError | None:
        """The error to show for what the client raised; None for an error of our own making."""
        import grpc
        from qdrant_client.common.client_exceptions import QdrantException
        from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

        if isinstance(error, UnexpectedResponse):
            return self._refused(action, error.status_code or 0, error.content.decode("utf-8", "replace"))
        if isinstance(error, ResponseHandlingException):
            return self._unanswered(action, error.source)
        if isinstance(error, QdrantException):
            return TransientBackendError(f"cannot {action}: {self.server} is overloaded ({error}); try again later")
        if isinstance(error, grpc.RpcError):
            code = error.code().name if hasattr(error, "code") else "UNKNOWN"
            kind = TransientBackendError if code in _TRANSIENT_GRPC else BackendError
            return kind(f"cannot {action}: {self.server} answered gRPC {code}")
        if isinstance(error, json.JSONDecodeError | RecursionError | AssertionError):
            # The client asserts that an answer has a result, and reads one that is nested without end.
            return self._unanswered(action, error)
        if isinstance(error, ValueError) and "not found" in str(error):
            # The client's local mode raises ValueError where a server answers 404.
            return self._refused(action, 404, str(error))
        return None

    def _refused(self, action: str, status: int, answer: str) -> WardroundError:
        reason = " ".join(answer.split())[:200]
        if "No space left" in reason:
            return TransientBackendError(
                f"cannot {action}: the disk of {self.server} is full: free space there, repeat"
            )
        if status in (429, 500, 502, 503, 504):
            return TransientBackendError(
                f"cannot {action}: {self.server} answered {status} ({reason}); try again later"
            )
        if status in (401, 403):
            return BackendError(
                f"cannot {action}: {self.server} refuses the API key (status {status}); set {self.api_key_env}"
            )
        if status == 404:
            return StoreError(f"cannot {action}: not on {self.server} ({reason}); build the index first")
        if "dimension" in reason:
            return StoreError(f"cannot {action}: {reason}; use the embedder the index was built with, or rebuild")
        return BackendError(f"cannot {action}: {self.server} answered {status} ({reason})")

    def _unanswered(self, action: str, source: object) -> WardroundError:
        import httpx

        if isinstance(source, httpx.TimeoutException):
            return TransientBackendError(
                f"cannot {action}: {self.server} did not answer in time; raise retrieval.store.timeout_seconds or look "
                "at the server"
            )
        if isinstance(source, httpx.TransportError):
            return TransientBackendError(
                f"cannot {action}: {self.server} cannot be reached ({source}); start it or correct retrieval.store.url"
            )
        return BackendError(
            f"cannot {action}: {self.server} does not answer as Qdrant does ({type(source).__name__}); check "
            "retrieval.store.url"
        )
