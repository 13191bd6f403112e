"""Numbers of clinical text in digits: words, fractions, superscripts, thousands, "twice daily"."""

from __future__ import annotations

import re
import unicodedata

_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: number for number, word in enumerate(_ONES + _TEENS)}
_VALUES |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_PARTS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_LATIN = {"qd": 1, "od": 1, "bid": 2, "bd": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4}
_ORDINALS = ["first", "second", "third", "fourth", "fifth"]

_TIME = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|h|hr|min)"
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_ONE_FORM = {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"} | {ord("μ"): "µ"}

_POWER = re.compile(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_VULGAR = re.compile(r"(?<=\d)(?=[¼½¾⅐-⅞])")
_WIDE_THOUSANDS = re.compile("(?<=\\d)[\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_RAISED_POINT = re.compile(r"(?<=\d)[·∙](?=\d)")
_FRACTION_WORDS = re.compile(
    rf"\b(?:(?P<top>a|{'|'.join(_ONES[1:])})[\s-]+)?(?P<part>{'|'.join(_PARTS)})\b(?P<rest>\s+of\b|\s+an?\b|-)?",
    re.IGNORECASE,
)
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})[\s-]({'|'.join(_ONES[1:10])})\b", re.IGNORECASE)
_FOLD = re.compile(rf"\b({'|'.join(_ONES[1:])})-?fold\b", re.IGNORECASE)
_WORD = re.compile(rf"\b({'|'.join([*_ONES[:1], *_ONES[2:], *_TEENS, *_TENS])})\b", re.IGNORECASE)
# "one" is a number where something is counted in it; elsewhere it is mostly a pronoun.
_ONE = re.compile(
    rf"\bone(?=[\s-]+(?:{_TIME}|g|mg|gram|time|dose|tablet|capsule|litre|liter|unit|percent|per|in|to|or)\b)",
    re.IGNORECASE,
)
_SINGLE_TIME = re.compile(
    rf"\b(within|after|in|every|under|than|for|least|most|about|half)\s+(?:an?|the(?:\s+first)?)\s+(?={_TIME}\b)",
    re.IGNORECASE,
)
_EACH = r"(?:daily|weekly|monthly|yearly|an?\b|per\b|every\b|each\b|nightly)"
# "Once" without a period is mostly a conjunction.
_TIMES_WORD = re.compile(rf"\bonce\b[\s-]+(?={_EACH})|\b(?:twice|thrice)\b(?:[\s-]+(?={_EACH}))?", re.IGNORECASE)
_LATIN_WORD = re.compile(
    r"(?<=[\s(])(q\.?d|o\.?d|b\.?i\.?d|b\.?d|t\.?i\.?d|t\.?d\.?s|q\.?i\.?d|q\.?d\.?s)\b\.?", re.IGNORECASE
)
_EVERY = re.compile(r"\bq\.?\s?(\d+)\s?(?:h|hr|hrs|hours?)\b", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?=[\s-]+(?:line|trimester|degree|generation|dose|choice|stage)\b)", re.IGNORECASE
)
_DEGREES = re.compile(r"(?<=\d)\s*°\s*(?=[CF]\b)")


def in_digits(text: str) -> str:
    """``text`` with one spelling of dashes, units' micro sign and numbers; other words stay as they are."""
    text = text.translate(_ONE_FORM)
    text = _POWER.sub(lambda match: f"^{match.group().translate(_SUPERSCRIPT)}", text)
    text = _WIDE_THOUSANDS.sub("", _VULGAR.sub(" ", text))
    # NFKC makes the micro sign a Greek letter; units are spelt with the micro sign.
    text = unicodedata.normalize("NFKC", text).translate(_ONE_FORM).replace("⁄", "/")
    text = _RAISED_POINT.sub(".", _THOUSANDS.sub("", text))
    text = _DEGREES.sub(" °", text)
    text = _EVERY.sub(r"every \1 hours", text)
    text = _LATIN_WORD.sub(lambda match: f"{_LATIN[match.group(1).lower().replace('.', '')]} times daily", text)
    text = _FOLD.sub(lambda match: f"{_VALUES[match.group(1).lower()]} fold", text)
    text = _FRACTION_WORDS.sub(_fraction, text)
    text = _ORDINAL.sub(lambda match: f"{_ORDINALS.index(match.group().lower()) + 1}", text)
    text = _SINGLE_TIME.sub(r"\1 1 ", text)
    text = _TIMES_WORD.sub(lambda match: f"{_TIMES[match.group().strip(' -').lower()]} times ", text)
    text = _COMPOUND.sub(lambda match: str(_VALUES[match.group(1).lower()] + _VALUES[match.group(2).lower()]), text)
    return _WORD.sub(lambda match: str(_VALUES[match.group().lower()]), _ONE.sub("1", text))


def _fraction(match: re.Match[str]) -> str:
    """Words as a fraction: 2/3 for "two thirds of"; "the third day" and "third-line" are none and stay."""
    top, part, rest = match["top"], match["part"].lower(), match["rest"] or ""
    if rest == "-" or (top is None and part != "half"):
        return match.group()
    number = 1 if top in (None, "a", "A") else _VALUES[top.lower()]
    return f"{number}/{_PARTS[part]}{'' if rest.strip().lower() in ('a', 'an') else rest}"
