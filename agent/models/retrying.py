"""Repeats a call that failed in a way that may pass, waiting longer each time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from wardround.errors import TransientBackendError

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]


class Retry(Exception):  # noqa: N818  # a signal between two functions, never shown
    """Raised by an attempt that may be repeated; ``after`` is what the server asked to wait, in seconds."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True, slots=True)
class BackOff:
    """How often and after what pause to repeat.

    The n-th pause is drawn evenly from half to all of ``first * 2**(n-1)`` seconds, ``longest`` at most,
    so that clients that failed together do not return together. A server's own wish replaces it.

    Attributes:
        max_retries: repetitions after the first attempt.
        first: seconds.
        longest: seconds; a server that asks for more is not waited for.
    """

    max_retries: int
    first: float = 0.5
    longest: float = 60.0
    sleep: Sleep = asyncio.sleep
    chance: Callable[[], float] = field(default=random.random)

    async def run(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """What ``attempt`` returns, the first time it does not raise ``Retry``.

        Raises:
            TransientBackendError: every attempt failed, or the server asked for a longer pause than ``longest``.
        """
        for pauses in range(self.max_retries + 1):
            try:
                return await attempt()
            except Retry as retry:
                last = retry
            if last.after is not None and last.after > self.longest:
                raise TransientBackendError(f"{last}; it asks to wait {last.after:.0f} s: try again later") from last
            if pauses < self.max_retries:
                await self.sleep(self._pause(pauses) if last.after is None else last.after)
        times = "once" if self.max_retries == 0 else f"{self.max_retries + 1} times"
        raise TransientBackendError(f"{last} (tried {times})") from last

    def _pause(self, pauses: int) -> float:
        return float(min(self.longest, self.first * 2**pauses) * (0.5 + 0.5 * self.chance()))
