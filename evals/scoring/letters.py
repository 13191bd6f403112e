"""Reads the chosen option out of a system's text, and says so when none can be read.

A letter counts only where the text states it as the answer: in the answer field of a (possibly broken) JSON
object, in a sentence such as "the answer is C", or as all there is. Two different stated letters are no answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from wardround.evals.records import Outcome
from wardround.evals.scoring.refusals import declines, is_service_error


class Reading(NamedTuple):
    """What was read: the letter, or the outcome without one; and the reason for either."""

    letter: str | None
    outcome: Outcome
    reason: str


_KEY = r'"(?:answer_choice|final_answer|answer)"'
_FIELD = re.compile(_KEY + r'\s*:\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z])\s*(?=[,}\s]|$)|(null))', re.DOTALL)
_FIELD_STARTED = re.compile(_KEY + r"\s*:")
_THOUGHT = re.compile(r"^.*</think>", re.DOTALL)

# "The answer is A patient ..." must not be read as a letter: what follows it has to end the statement.
_END = r"(?=[\s*_)\]\"']*(?:$|[.,;:\n)]|because\b|since\b|\())"
_STATED = re.compile(
    r"\b[Aa]nswer(?:\s+[Cc]hoice)?\**\s*(?:is|would\s+be|should\s+be|:|=)\**\s*:?\s*"
    rf"(?:[Oo]ption\s+|[Cc]hoice\s+)?[\s*_(\[\"']*([A-Z]){_END}"
    r"|\\boxed\{\s*(?:\\text\{)?\s*([A-Z])\s*\}"
    r"|\b(?:[Oo]ption|[Cc]hoice)\s+\(?([A-Z])\)?\s+is\s+the\s+(?:correct|right|best|most\s+\w+)\s+(?:answer|option)"
)

_SEPARATOR = r"\s*(?:/|,|;|&|\+|\band\b|\bor\b)\s*"
_SEVERAL = re.compile(rf"^\(?[A-Z]\)?(?:{_SEPARATOR}\(?[A-Z]\)?)+\s*(?:$|\W)")
_LETTERED = re.compile(
    r"^(?:(?:option|choice|answer)\s*:?\s+)?[(\[]?([A-Za-z])[)\]]?(?:\s*[.):,–-]+\s*|\s+(?=\()|$)(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_JOINED = re.compile(r"(?:\bor|\band|[,/;&])\s*\(?([A-Z])[.):]\s")
_ANOTHER = re.compile(r"(?:^|[\s,;/(])\(?([A-Z])[.):]\s")


def read_letter(text: str, options: Mapping[str, str]) -> Reading:
    """The option that ``text`` states as its answer.

    Args:
        text: everything a system wrote.
        options: letter to option text.

    Returns:
        A letter of ``options`` with outcome ``answered``; otherwise no letter, with ``unparsed``, ``refused`` or
        ``failed`` (a service's error message stands in place of the answer).
    """
    if "<think>" in text and "</think>" not in text:
        return Reading(None, "unparsed", "the reasoning never ends")
    said = _THOUGHT.sub("", text).strip()
    if not said:
        return Reading(None, "unparsed", "nothing was written")
    if fields := [_value(match) for match in _FIELD.finditer(said)]:
        return _agreed([read_choice(value, options) for value in fields], "answer field")
    if is_service_error(said):
        return Reading(None, "failed", "a service's error message instead of an answer")
    if _FIELD_STARTED.search(said):
        return Reading(None, "unparsed", "the answer field holds no readable value")
    return _read_prose(said, options)


def read_choice(value: str, options: Mapping[str, str]) -> Reading:
    """The option that a short answer names, by its letter or by its exact text.

    Args:
        value: what stands in an answer field, such as ``C``, ``C. Thumb``, ``Option C`` or ``Thumb``.
        options: letter to option text.
    """
    short = value.strip().strip("*_`\"' ").strip()
    if not short:
        return Reading(None, "unparsed", "the answer is empty")
    if len(short) == 1 and short.upper() in options:
        return Reading(short.upper(), "answered", "letter")
    same_text = [letter for letter, option in options.items() if _plain(option) == _plain(short)]
    if len(same_text) == 1:
        return Reading(same_text[0], "answered", "text of the option")
    if same_text:
        return Reading(None, "unparsed", f"the text of options {' and '.join(same_text)}")
    if declines(short):
        return Reading(None, "refused", "declines to choose")
    if _SEVERAL.match(short):
        return Reading(None, "unparsed", "several letters")
    if match := _LETTERED.match(short):
        return _read_lettered(match.group(1).upper(), match.group(2), options)
    return Reading(None, "unparsed", "names no option")


def _read_lettered(letter: str, rest: str, options: Mapping[str, str]) -> Reading:
    if letter not in options:
        return Reading(None, "unparsed", f"{letter} is not an option")
    if rest and _plain(rest) != _plain(options[letter]):
        if others := [other for other, option in options.items() if _plain(option) == _plain(rest)]:
            return Reading(None, "unparsed", f"letter {letter} with the text of option {others[0]}")
        if set(_ANOTHER.findall(rest)) & (set(options) - {letter}):
            return Reading(None, "unparsed", "several letters")
    return Reading(letter, "answered", "letter with text" if rest else "letter")


def _read_prose(said: str, options: Mapping[str, str]) -> Reading:
    stated = [_read_statement(match, options) for match in _STATED.finditer(said)]
    if stated:
        return _agreed(stated, "stated in prose")
    last_line = said.splitlines()[-1]
    for short in dict.fromkeys([said, last_line]):
        found = read_choice(short, options)
        if found.letter is not None and _is_all_there_is(short, found.letter, options):
            return Reading(found.letter, "answered", f"{found.reason}, nothing else")
        if found.reason == "several letters":
            return found
    if declines(said):
        return Reading(None, "refused", "declines to choose")
    return Reading(None, "unparsed", "no answer is stated")


def _read_statement(match: re.Match[str], options: Mapping[str, str]) -> Reading:
    letter = next(filter(None, match.groups()))
    same_line = match.string[match.end() :].partition("\n")[0]
    if set(_JOINED.findall(same_line)) & (set(options) - {letter}):
        return Reading(None, "unparsed", "several letters")
    return _read_lettered(letter, "", options)


def _is_all_there_is(short: str, letter: str, options: Mapping[str, str]) -> bool:
    """A sentence may begin with "A": in prose a letter counts only alone or with its option's very text."""
    bare = re.sub(rf"^\W*{letter}\b\W*", "", short, flags=re.IGNORECASE)
    return not bare or _plain(options[letter]) in (_plain(bare), _plain(short))


def _agreed(readings: list[Reading], where: str) -> Reading:
    letters = list(dict.fromkeys(r.letter for r in readings if r.letter is not None))
    if len(letters) > 1:
        return Reading(None, "unparsed", f"{where}: says both {' and '.join(letters)}")
    last = readings[-1]
    return last._replace(reason=f"{where}: {last.reason}")


def _value(match: re.Match[str]) -> str:
    quoted, bare, _ = match.groups()
    if quoted is None:
        return bare or ""
    try:
        return str(json.loads(f'"{quoted}"', strict=False))
    except json.JSONDecodeError:
        # A backslash that JSON does not know, as in TeX: the text itself says what was meant.
        return str(quoted)


def _plain(text: str) -> str:
    """Case, white space and closing punctuation make no difference between two option texts."""
    return " ".join(text.casefold().split()).strip(" .;,:\"'")
