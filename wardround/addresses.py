"""Addresses of servers as they may be shown."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def without_credentials(text: str) -> str:
    """``text`` without the name and password that an address in it may hold."""
    return _CREDENTIALS.sub("", text)
