"""Recognises that a system declined to answer, and that a service's error stands where an answer should be."""

from __future__ import annotations

import re

_DECLINED = re.compile(
    r"""
    ^\W*(?:
        (?:it\s+|this\s+|the\s+\w+\s+)?(?:can\s?not|can't|could\s+not|unable\s+to|impossible\s+to|difficult\s+to)\b
      | (?:there\s+is\s+)?(?:none|neither|insufficient|inadequate|inconclusive|indeterminate|undetermined|unknown
          |unclear|unanswerable|n/a)\b
      | (?:there\s+is\s+)?no\s+(?:correct|definit\w+|clear|suitable|single|right|valid|answer|option|choice|information
          |data|evidence|documents?)\b
      | not\s+(?:enough|sufficient|provided|listed|given|mentioned|available|determin\w*|applicable|possible|specified
          |stated|in|among|able|clear|known|answerable)\b
      | (?:the\s+)?(?:provided\s+|given\s+|available\s+)?(?:information|documents?|data|evidence|question|answer
          |correct\s+answer|figure|image|context|options?)\b.{0,60}?
          \b(?:not|no|insufficient|cannot|lack\w*|missing|unavailable|incomplete)\b
      | (?:i\s*'?\s?a?m\s+sorry|sorry|i\s+(?:can\s?not|can't|do\s+not|don't)|i\s+am\s+unable|as\s+an\s+ai)\b
      | (?:(?:needs?|requires?)\s+)?(?:more|additional|further)\s+(?:information|data|context|tests?)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_SERVICE_ERROR = re.compile(
    r"""
    ^\W*(?:
        error\s+communicating\s+with
      | (?:http|server|api|timeout|connection)\s*error
      | the\s+response\s+was\s+filtered
      | this\s+model's\s+maximum\s+context\s+length
      | rate\s+limit
      | https?connectionpool\(
      | request\s+timed\s+out
      | (?:invalid|bad)\s+response\s+(?:object\s+)?from\s+(?:the\s+)?api
    )
    | content\s+(?:management|filtering)\s+polic
    | ^'content'$
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Texts that client programs of hosted models store in place of an answer; the last one is what Python prints for
a reply that lacks the key ``content``."""


def declines(text: str) -> bool:
    """True when a short answer says that no option can or should be chosen."""
    return _DECLINED.search(text) is not None


def is_service_error(text: str) -> bool:
    """True when the text is a service's error message and not a model's words."""
    return _SERVICE_ERROR.search(text.strip()) is not None
