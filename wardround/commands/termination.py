"""What a request to end (SIGTERM, from a service manager or ``kill``) does to a command."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from wardround import exit_codes


def end_in_order(left: str = "what was finished is kept, the same command goes on from there") -> None:
    """From now on SIGTERM unwinds the main thread: half-made files go, locks are released, and one line says why.

    Does nothing outside the main thread, where Python lets nobody handle signals.

    Args:
        left: what the line says of how things stand then.
    """

    def end(number: int, frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a second one ends at once
        sys.stderr.write(f"wardround: terminated; {left}\n")
        raise SystemExit(exit_codes.TERMINATED)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
