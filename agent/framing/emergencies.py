"""Notices for questions that speak of a person in danger now; shown before anything else."""

from __future__ import annotations

import re

_NOW = r"(?:now|right now|today|tonight|at the moment|currently|just (?:took|taken|swallowed|started))"
_ME = r"(?:\bI\b|\bI'm\b|\bI’m\b|\bmy\b|\bme\b)"

_CRISIS = re.compile(
    r"\b(?:kill(?:ing)? myself|suicid\w+ (?:thoughts|plan)|end(?:ing)? my life|want to die|hurt(?:ing)? myself|"
    rf"harm(?:ing)? myself)\b|{_ME}[^.?!]{{0,60}}\bsuicidal\b",
    re.IGNORECASE,
)
_OVERDOSE = re.compile(
    r"\b(?:I|he|she|they|my \w+)(?: have| has|'ve|’ve)? (?:just )?(?:took|taken|swallowed|ingested|overdosed)\b"
    r"[^.?!]{0,60}\b(?:overdose|too many|pills|tablets|whole (?:bottle|box|pack)|bleach|poison)",
    re.IGNORECASE,
)
_ACUTE = re.compile(
    rf"{_ME}[^.?!]{{0,80}}\b(?:chest pain|can't breathe|cannot breathe|can’t breathe|face (?:is )?droop\w*|"
    rf"not breathing|unconscious|collapsed|seizure|bleeding heavily|anaphylaxis)\b[^.?!]{{0,60}}\b{_NOW}\b|"
    rf"{_ME}[^.?!]{{0,60}}\b{_NOW}\b[^.?!]{{0,60}}\b(?:chest pain|can't breathe|cannot breathe|not breathing|"
    r"unconscious)",
    re.IGNORECASE,
)

CRISIS_NOTICE = (
    "If you or someone else may be in danger of self-harm, call your local emergency number or a crisis line now; "
    "do not stay alone."
)
POISON_NOTICE = "Possible poisoning: call your local emergency number or poison centre now; do not wait for symptoms."
EMERGENCY_NOTICE = "This may be an emergency: call your local emergency number now; do not wait for an answer here."


def emergency_notice(question: str) -> str | None:
    """The notice that the answer must show first, None when the question names no person in danger now.

    Questions of clinicians about emergencies ("adults with septic shock") are not emergencies of the asker.
    """
    if _CRISIS.search(question):
        return CRISIS_NOTICE
    if _OVERDOSE.search(question):
        return POISON_NOTICE
    if _ACUTE.search(question):
        return EMERGENCY_NOTICE
    return None
