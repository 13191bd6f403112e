"""Probabilities over given options, from what an engine reports about its next tokens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wardround.errors import InputError

NEGLIGIBLE = 0.001
"""An option that is not listed may be counted at the smallest listed probability up to this share."""


@dataclass(frozen=True, slots=True)
class TokenChance:
    """A token that may come next: its text and the natural logarithm of its probability."""

    text: str
    logprob: float


def require_options(options: Sequence[str]) -> tuple[str, ...]:
    """The options, once there is at least one and each is a different text.

    Raises:
        InputError: no option, a blank one, or one given twice.
    """
    if not options or len(set(options)) < len(options) or not all(option.strip() for option in options):
        raise InputError(f"options to score must be different and not blank: {list(options)}")
    return tuple(options)


def share(log_weights: Mapping[str, float]) -> dict[str, float]:
    """Log-likelihoods of options as probabilities that sum to 1.

    The likelihood of "5" holds that of "50" too, so an option keeps what is left once the longer options
    that begin with it have taken theirs.
    """
    top = max(log_weights.values())
    weights = {option: math.exp(value - top) for option, value in log_weights.items()}
    own: dict[str, float] = {}
    for option in sorted(weights, key=len, reverse=True):
        longer = math.fsum(weight for other, weight in own.items() if other.startswith(option))
        own[option] = max(0.0, weights[option] - longer)
    return _normalised({option: own[option] for option in log_weights})


def from_first_token(options: Sequence[str], listed: Sequence[TokenChance]) -> dict[str, float] | None:
    """Probabilities from one token position, or None when that position cannot tell the options apart.

    It can when every option is one whole token; with and without a leading space its chances add up.
    Options of several tokens, among them any two that share their first token, need their likelihood.
    So does an option that is not listed, unless it is a single character (and so one token) and what it
    can have at most, the smallest listed chance, is below ``NEGLIGIBLE`` of what the others have together.

    Args:
        options: different texts.
        listed: the likeliest next tokens.
    """
    found = {option: math.fsum(math.exp(t.logprob) for t in listed if t.text.strip() == option) for option in options}
    missing = [option for option, chance in found.items() if chance == 0.0]
    if len(missing) == len(found):
        return None
    at_most = min(math.exp(chance.logprob) for chance in listed)
    if missing and (at_most > NEGLIGIBLE * math.fsum(found.values()) or any(len(option) > 1 for option in missing)):
        return None
    return _normalised({option: chance or at_most for option, chance in found.items()})


def _normalised(weights: Mapping[str, float]) -> dict[str, float]:
    total = math.fsum(weights.values())
    return {option: weight / total for option, weight in weights.items()}
