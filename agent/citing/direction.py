"""Whether two sentences point the same way: negations, opposites, recommended or advised against.

Words and rules only, no model. A conflict is found where both sentences speak of the same thing and one of
them turns it round; what only one of them mentions is no conflict.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from wardround.retrievers.analysis import STOP_WORDS, analyse

# Pairs of opposites by the stems of ``analyse``: what is written here are whole words.
_OPPOSITES: tuple[tuple[str, str], ...] = (
    (
        "increase increases increased increasing raise raises raised elevate elevated elevates elevation higher greater"
        " more rise rises rising enhance enhances enhanced augment augments accelerate accelerates upregulate"
        " upregulated upregulates upregulation longer prolong prolonged gain high overexpression up-regulates",
        "decrease decreases decreased decreasing reduce reduces reduced reduction lower lowers lowered fewer less fall"
        " falls falling drop decline declines declined diminish diminished diminishes attenuate attenuated attenuates"
        " suppress suppressed suppresses slow slows downregulate downregulated downregulates downregulation shorter"
        " shorten shortened loss low impair impaired impairs blunt blunted",
    ),
    (
        "improve improves improved improvement improving better superior benefit benefits beneficial effective"
        " efficacious protective protect protects",
        "worsen worsens worsened worsening worse inferior harm harms harmful ineffective detrimental deleterious",
    ),
    (
        "activate activates activated activation promote promotes promoted induce induces induced stimulate stimulates"
        " stimulated trigger triggers agonist",
        "inhibit inhibits inhibited inhibition prevent prevents prevented block blocks blocked abolish abolishes"
        " abolished inactivate inactivates antagonist repress represses repressed",
    ),
    ("safe", "unsafe dangerous hazardous"),
    ("sensitive susceptible susceptibility sensitivity", "resistant resistance insensitive"),
    ("start starts initiate initiated begin", "stop stopped discontinue discontinued withhold withheld cease"),
    ("before", "after"),
    ("positive positively", "negative negatively inverse inversely"),
    ("acute", "chronic"),
    ("hyperglycaemia hyperglycemia hyperglycemic", "hypoglycaemia hypoglycemia hypoglycemic"),
    ("hypertension hypertensive", "hypotension hypotensive"),
    ("hyperkalaemia hyperkalemia", "hypokalaemia hypokalemia"),
    ("hypernatraemia hypernatremia", "hyponatraemia hyponatremia"),
    ("hyperthyroidism", "hypothyroidism"),
    ("tachycardia", "bradycardia"),
    ("maximum maximal", "minimum minimal"),
    ("presence present", "absence absent"),
    ("indicated", "contraindicated contraindication"),
    ("recommend recommended recommends", "avoid avoided avoids avoidance"),
)
_SIDES: dict[str, tuple[int, int]] = {
    term: (axis, sign)
    for axis, pair in enumerate(_OPPOSITES)
    for sign, words in zip((1, -1), pair, strict=True)
    for term in analyse(words)
}

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*|[.;:!?]|,")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# "Lack" and "absence" are left out: in "lack of X leads to Y" they name a condition and deny nothing.
_NEGATIONS = _words(
    "no not never without neither nor cannot fail fails failed failing unable against unlikely hardly none"
)
_NEGATED_ENDING = re.compile(r"(?:n't|n’t)$")
# "No longer" and "not only" turn nothing round that follows them.
_HARMLESS = re.compile(
    r"\b(?:not only|no (?:less|more|fewer|later|longer|earlier) than|not (?:less|more) than|if not|whether or not)\b",
    re.IGNORECASE,
)
_ADVISED_AGAINST = re.compile(r"\b(?:recommend|advis|caution|counsel)\w* against\b", re.IGNORECASE)
_REACH = 5
_STOPS = frozenset(".;:!?") | {"but", "although", "however", "whereas", "while", "though"}


class Pointed(NamedTuple):
    """What a sentence says, as far as direction goes.

    Attributes:
        plain: content terms outside of every negation.
        negated: content terms that a negation reaches.
        sides: per axis of opposites, the signs that the sentence gives it.
    """

    plain: frozenset[str]
    negated: frozenset[str]
    sides: dict[int, frozenset[int]]


def conflict(claim: str, quote: str) -> str | None:
    """How ``quote`` turns ``claim`` round, as a clause, or None when it does not.

    Two kinds are seen: the same axis with opposite signs ("increases" against "reduces", or against "does not
    increase"), and a shared word that is negated in one and not in the other.
    """
    one, other = pointed(claim), pointed(quote)
    for axis, signs in one.sides.items():
        opposite = other.sides.get(axis, frozenset())
        if len(signs) == 1 and len(opposite) == 1 and signs != opposite:
            return "the passage says the opposite direction"
    if one.negated & other.negated:
        return None
    turned = (one.negated & other.plain) - other.negated - one.plain
    turned_back = (one.plain & other.negated) - one.negated - other.plain
    if turned or turned_back:
        return f"{sorted(turned | turned_back)[0]!r} is negated in only one of the two"
    return None


@lru_cache(maxsize=4096)
def pointed(text: str) -> Pointed:
    """What of ``text`` is negated, and which way it points on each axis of opposites."""
    plain: set[str] = set()
    negated: set[str] = set()
    sides: dict[int, set[int]] = {}
    reach = 0
    for piece in _TOKEN.findall(_ADVISED_AGAINST.sub("avoid", _HARMLESS.sub(" ", text))):
        word = piece.lower()
        if word in _STOPS:
            reach = 0
        elif word in _NEGATIONS or _NEGATED_ENDING.search(word):
            # Two negations in reach of each other cancel out.
            reach = 0 if reach else _REACH
        elif piece != "," and word not in STOP_WORDS:
            for term in analyse(piece):
                (negated if reach else plain).add(term)
                if term in _SIDES:
                    axis, sign = _SIDES[term]
                    sides.setdefault(axis, set()).add(-sign if reach else sign)
            reach = max(0, reach - 1)
    return Pointed(frozenset(plain), frozenset(negated), {axis: frozenset(signs) for axis, signs in sides.items()})
