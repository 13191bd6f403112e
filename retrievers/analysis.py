"""The words of a text as BM25 counts them: English analysis that keeps biomedical names searchable.

The steps, in order: Unicode is unified (NFKC, accents folded, every dash one dash), letters become lower case,
Greek letters become their English names ("α" and "alpha" are the same word; a run of three or more Greek letters is
a Greek word and stays), decimal commas of thousands go, words are cut, stop words are dropped, and what is
left is stemmed with the Snowball English stemmer.

A compound is counted by its parts; one that looks like a name ("TNF-α", "5-HT3", "p.Val600Glu", but not "double-blind")
also as a whole without its marks ("tnfalpha"), which is what "TNFα" and "TNF-alpha" give too. On SciFact and BioASQ
this was better than wholes of every compound or of none. A number keeps its decimals ("2.5") and is cut from a unit
that is glued to it ("20mg" is "20" and "mg"); "µg", "ug", "mcg" are one unit.

British spellings count as American ones ("haemorrhage" is "hemorrhage", "tumour" is "tumor"), in words of six letters
or more, because guidelines and abstracts come in both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from Stemmer import Stemmer

ANALYSIS_FINGERPRINT = "english-biomedical-2"
"""Names this analysis in an index; changes whenever ``analyse`` would return other words for some text."""

# Question words are here because abstracts hardly contain them, so that their IDF would drown the topic of a
# question. "no", "not" and "without" are absent because a negation is part of what is asked.
# fmt: off
STOP_WORDS = frozenset((
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "both", "but",
    "by", "can", "could", "did", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i",
    "if", "in", "into", "is", "it", "its", "may", "me", "might", "most", "my", "of", "on", "or", "our", "shall",
    "she", "should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "to", "was", "we", "were", "what", "when", "where", "which", "who", "whom", "whose", "why",
    "will", "with", "would", "you", "your",
))
# fmt: on

# fmt: off
_GREEK_NAMES = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron",
    "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega",
}
# fmt: on
_GREEK_WORDS = frozenset(_GREEK_NAMES.values())
_UNITS = (
    "mg|g|kg|mcg|ng|ml|dl|l|mmol|mcmol|mol|nm|mm|cm|kda|iu|units?|h|hrs?|hours?|days?|weeks?|months?|yrs?|years?|mmhg"
)

_TO_ONE_FORM = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"}
_TO_ONE_FORM |= {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u2032`\u00b4"}
_ACCENT = re.compile(r"[\u0300-\u036f]+")
# Each pattern begins with what it looks for and looks behind afterwards: so the engine skips what cannot match.
_MICRO_UNIT = re.compile(r"[μu](?:(?<=μ)|(?<![^\W\d_]u))(?=(?:g|mol)\b)|μ(?=[lms]\b)")
_GREEK_RUN = re.compile(r"[α-ω]+")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_NUMBER_WITH_UNIT = re.compile(rf"(\d(?<![\w.]\d)\d*(?:\.\d+)?)({_UNITS})\b")
_DECIMAL = re.compile(r"\d+(?:\.\d+)+")
_BRITISH = re.compile(r"[ao]e(?=[a-z])")
_BRITISH_ENDINGS = (("our", "or"), ("ours", "ors"), ("tre", "ter"), ("tres", "ters"))
_SHORTEST_BRITISH = 6
# Stands between a Greek letter's name and its neighbours, so that "TNFα" has the parts of "TNF-α".
_SEAM = "\x1f"
# Linear in the length of the text: no joining mark is a word character, so a word can be read in one way only.
_WORD = re.compile(rf"{_DECIMAL.pattern}(?!\w)|[^\W_]+(?:[-./'+:>{_SEAM}][^\W_]+)*")
_JOIN = re.compile(rf"[-./'+:>{_SEAM}]")


class Analysis(NamedTuple):
    """A way to cut texts into words.

    Attributes:
        fingerprint: names it in an index; changes whenever ``terms`` would return other words for some text.
        terms: the index terms of a text in reading order.
    """

    fingerprint: str
    terms: Callable[[str], list[str]]


def english(
    fingerprint: str,
    stop_words: frozenset[str],
    stem: Callable[[str], str],
    counts_whole: Callable[[Sequence[str]], bool],
) -> Analysis:
    """An analysis that differs from the others of this module in these choices only.

    Args:
        fingerprint: names the choices.
        stop_words: are dropped, in lower case.
        stem: of a word in lower case and American spelling.
        counts_whole: whether a compound of these parts counts as a whole, too.
    """

    # Texts repeat their words, so most are looked up instead of being cut and stemmed anew.
    @lru_cache(maxsize=1 << 17)
    def terms_of(word: str) -> tuple[str, ...]:
        if word in stop_words:
            return ()
        if _DECIMAL.fullmatch(word):
            return (word,)
        parts = _JOIN.split(word.removesuffix("'s"))
        terms = [stem(_american(part)) for part in parts if part not in stop_words]
        if len(parts) > 1 and counts_whole(parts):
            terms.append(stem(_american("".join(parts))))
        return tuple(terms)

    def terms(text: str) -> list[str]:
        return [term for word in _WORD.findall(normalise(text)) for term in terms_of(word)]

    return Analysis(fingerprint, terms)


def looks_like_a_name(parts: Sequence[str]) -> bool:
    """Whether a compound of these parts is a name ("TNF-α", "p.Val600Glu") rather than two words ("double-blind")."""
    return any(len(part) <= 2 or part in _GREEK_WORDS or any(letter.isdigit() for letter in part) for part in parts)


@cache
def stemmer(algorithm: str) -> Stemmer:
    """The Snowball stemmer of that name: ``english``, or ``porter`` for the original one."""
    from Stemmer import Stemmer

    return Stemmer(algorithm)


def snowball(word: str) -> str:
    """The word's stem by the Snowball English stemmer."""
    stem: str = stemmer("english").stemWord(word)
    return stem


ENGLISH_BIOMEDICAL = english(ANALYSIS_FINGERPRINT, STOP_WORDS, snowball, looks_like_a_name)
"""What the agent reads questions and passages by, and the default of an index."""


def analyse(text: str) -> list[str]:
    """The index terms of ``text`` in reading order, a compound's parts followed by the whole.

    It never fails: text without words gives an empty list.
    """
    return ENGLISH_BIOMEDICAL.terms(text)


def normalise(text: str) -> str:
    """``text`` in one spelling: unified Unicode, lower case, Greek letters by name, numbers apart from units."""
    if not text.isascii():
        text = _unify(text)
    text = _MICRO_UNIT.sub("mc", text.lower())
    if not text.isascii():
        text = _GREEK_RUN.sub(_greek_by_name, text)
    return _NUMBER_WITH_UNIT.sub(r"\1 \2", _THOUSANDS.sub("", text))


def _unify(text: str) -> str:
    # Accents go only where they are separate marks of Latin and Greek; in other scripts such marks are letters.
    decomposed = unicodedata.normalize("NFKD", text.translate(_TO_ONE_FORM))
    return unicodedata.normalize("NFKC", _ACCENT.sub("", decomposed)).translate(_TO_ONE_FORM)


def _greek_by_name(match: re.Match[str]) -> str:
    run, text = match.group(), match.string
    if len(run) > 2:
        return run
    before = _SEAM if match.start() > 0 and text[match.start() - 1].isalnum() else ""
    after = _SEAM if match.end() < len(text) and text[match.end()].isalnum() else ""
    return before + _SEAM.join(_GREEK_NAMES[letter] for letter in run) + after


def _american(word: str) -> str:
    if len(word) < _SHORTEST_BRITISH:
        return word
    for british, american in _BRITISH_ENDINGS:
        if word.endswith(british):
            word = word.removesuffix(british) + american
            break
    return _BRITISH.sub("e", word)
