"""Which sentences of a passage bear out a claim, and how far."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from wardround.agent.citing.instructions import speaks_to_a_model
from wardround.agent.citing.words import grams, meanings
from wardround.corpora.records import Passage
from wardround.corpora.sentences import Unit, quotable_units

# Title, headings and the line above a list say what a unit is about, but do not state it.
_CONTEXT_WEIGHT = 0.5
_WORTH_ADDING = 0.2
_REPORTS = re.compile(
    r"\b(?:conclu|suggest|show|found|find|demonstrat|indicat|reveal|result|associat|significant|identif|therefore|thus"
    r"|these|here|confirm|increas|decreas|reduc|provid|observ|recommend|should)\w*",
    re.IGNORECASE,
)
_ANNOUNCES = re.compile(
    r"\b(?:aim|objective|background|method|design|setting|participant|investigat|examin|assess|evaluat|search|unclear"
    r"|unknown|remain|however|measur|sought|determin|enrol|trial)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign counts that a sentence of a passage bears out a claim.

    Fitted by logistic regression to SciFact's training claims and rounded; ``evals.judge_agreement`` measures them.

    Attributes:
        words: share of the claim's words, less the mean share over the passage's sentences.
        grams: share of the claim's runs of four characters.
        reports: the sentence states a result or a recommendation.
        announces: the sentence says what was asked or done.
        length: logarithm of its number of words.
    """

    words: float = 4.0
    grams: float = 1.5
    reports: float = 0.4
    announces: float = -1.6
    length: float = 0.75


@dataclass(frozen=True, slots=True)
class Stretch:
    """One unit of a passage.

    Attributes:
        coverage: share of the claim's words, from 0 to 1, that it holds together with those chosen before it;
            words that only its headings hold count half.
    """

    start: int
    end: int
    coverage: float


def best_stretches(claim: str, passage: Passage, weights: Weights | None = None) -> tuple[Stretch, ...]:
    """The unit of ``passage`` that bears out ``claim`` best, and a second one when it completes it.

    Empty when no unit shares a word with the claim.
    """
    wanted = meanings(claim)
    units = stating_units(passage.text)
    texts = [passage.text[unit.start : unit.end] for unit in units]
    scores = sentence_scores(claim, tuple(texts), weights)
    ranked = sorted(
        (i for i in range(len(units)) if wanted & meanings(texts[i])), key=lambda i: (-scores[i], units[i].start)
    )
    if not ranked:
        return ()
    about = meanings(" ".join((passage.biblio.title, *passage.heading)))
    first = ranked[0]
    held = meanings(texts[first])
    about |= _introduced(passage.text, units[first])
    before = _coverage(wanted, held, about)
    chosen = [Stretch(units[first].start, units[first].end, before)]
    second = max(
        ranked[1:],
        key=lambda i: _coverage(wanted, held | meanings(texts[i]), about | _introduced(passage.text, units[i])),
        default=None,
    )
    if second is not None:
        both = _coverage(wanted, held | meanings(texts[second]), about | _introduced(passage.text, units[second]))
        if both >= before + _WORTH_ADDING:
            chosen.append(Stretch(units[second].start, units[second].end, both))
    return tuple(chosen)


@lru_cache(maxsize=512)
def stating_units(text: str) -> tuple[Unit, ...]:
    """The units of ``text`` that can bear out a claim.

    A heading only names its subject, unless it holds a value, as lines of laboratory results do; a sentence
    that gives orders to a language model is evidence of nothing.
    """
    return tuple(unit for unit in quotable_units(text) if _states_something(unit, text[unit.start : unit.end]))


def _states_something(unit: Unit, words: str) -> bool:
    if unit.kind == "heading" and not any(character.isdigit() for character in words):
        return False
    return not speaks_to_a_model(words)


def sentence_scores(claim: str, sentences: tuple[str, ...], weights: Weights | None = None) -> list[float]:
    """How likely each of a passage's ``sentences`` is the one that bears out ``claim``; larger is likelier."""
    if not sentences:
        return []
    use = weights or Weights()
    wanted, wanted_grams = meanings(claim), grams(claim)
    shares = [_share(wanted, meanings(sentence)) for sentence in sentences]
    mean = math.fsum(shares) / len(shares)
    return [
        use.words * (share - mean)
        + use.grams * _share(wanted_grams, grams(sentence))
        + use.reports * bool(_REPORTS.search(sentence))
        + use.announces * bool(_ANNOUNCES.search(sentence))
        + use.length * math.log1p(len(meanings(sentence)))
        for share, sentence in zip(shares, sentences, strict=True)
    ]


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _coverage(wanted: frozenset[str], stated: frozenset[str], about: frozenset[str]) -> float:
    return _share(wanted, stated) + _CONTEXT_WEIGHT * _share(wanted - stated, about) * (1 - _share(wanted, stated))


def _introduced(text: str, unit: Unit) -> frozenset[str]:
    return meanings(text[unit.lead_in.start : unit.lead_in.end]) if unit.lead_in else frozenset()
