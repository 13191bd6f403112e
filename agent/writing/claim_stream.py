"""Reads the claims' texts out of a JSON reply while it is still being written."""

from __future__ import annotations

import json
from collections.abc import Callable


class ClaimStream:
    """Passes on the readable text of ``{"claims": [{"text": ...}, ...]}``, character by character.

    It never fails: what is not such JSON yields no text, and whoever reads the whole reply finds the fault.
    """

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._path: list[str] = []  # "[" for a list, the current key for an object
        self._in_string = False
        self._is_key = False
        self._escape = ""
        self._string: list[str] = []

    def feed(self, piece: str) -> None:
        """Takes the next piece of the reply."""
        shown = "".join(self._read(character) for character in piece)
        if shown:
            self._on_text(shown)

    def _read(self, character: str) -> str:
        return self._read_in_string(character) if self._in_string else self._read_between(character)

    def _read_between(self, character: str) -> str:
        if character == '"':
            self._in_string, self._string = True, []
        elif character == "{":
            self._path.append("")
            self._is_key = True
        elif character == "[":
            self._path.append("[")
            self._is_key = False
        elif character in "}]":
            if self._path:
                self._path.pop()
            self._is_key = False
        elif character == ":":
            self._is_key = False
        elif character == ",":
            self._is_key = bool(self._path) and self._path[-1] != "["
        return ""

    def _read_in_string(self, character: str) -> str:
        if self._escape or character == "\\":
            return self._read_escape(character)
        if character == '"':
            return self._end_string()
        return self._take(character)

    def _read_escape(self, character: str) -> str:
        self._escape += character
        if len(self._escape) < 2 or (self._escape[1] == "u" and not _is_whole(self._escape)):
            return ""
        escape, self._escape = self._escape, ""
        try:
            return self._take(json.loads(f'"{escape}"'))
        except json.JSONDecodeError:
            return ""

    def _end_string(self) -> str:
        self._in_string = False
        if self._is_key and self._path:
            self._path[-1] = "".join(self._string)
            return ""
        return "\n" if self._is_claim_text() and self._string else ""

    def _take(self, text: str) -> str:
        self._string.append(text)
        return text if self._is_claim_text() else ""

    def _is_claim_text(self) -> bool:
        return not self._is_key and self._path == ["claims", "[", "text"]


def _is_whole(escape: str) -> bool:
    """Whether a Unicode escape is complete; one that begins a surrogate pair needs its second half."""
    if len(escape) < 6:
        return False
    begins_pair = escape[2:4].lower() in {"d8", "d9", "da", "db"}
    return not begins_pair or len(escape) >= 12 or not "\\u".startswith(escape[6:8])
