"""Whether a question says itself what letters stand for: "right atrial (RA) pressure", "PE (physical examination)".

Letters that are spelled out must not be read as anything else, so what is in doubt counts as a definition: it costs a
few words beside the question, while another meaning would look for another disease.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardround.retrievers.analysis import STOP_WORDS

_WORD = re.compile(r"[^\W_]+")
_FURTHER_WORDS = 2
"""Words that a long form may have beyond one a letter (methods of Schwartz and Hearst, 2003)."""
_LONGEST = 200
"""Characters of a long form before a bracket; what stands farther away is another sentence."""
_SAYS = r"(?:=|:|,? (?:i\.e\.|that is|meaning|means|stands for|standing for|short for|is short for|or)\b,?)"


def defines(question: str, letters: str) -> bool:
    """Whether ``question`` says what ``letters``, such as "RA", stand for.

    It does by the letters alone in brackets behind a word, by words in brackets, or after "=", "means" and their like,
    behind the letters that hold the letters in their order, and by neighbouring words anywhere that begin with them
    ("right atrial enlargement with high RA pressure"); words such as "of" and single letters do not count.
    """
    written = rf"(?<![\w-]){re.escape(letters)}"
    if re.search(rf"\w\W{{0,3}}[(\[]\s*{re.escape(letters)}\s*[)\]]", question):
        return True
    for bracket in re.finditer(rf"[(\[]\s*{re.escape(letters)}\s*[,;:=]", question):
        before = question[max(0, bracket.start() - _LONGEST) : bracket.start()]
        words = _words(before)[-len(letters) - _FURTHER_WORDS :]
        if any(_spells(words[start:], letters) for start in range(len(words))):
            return True
    said = [*re.finditer(rf"{written}\s*[(\[]([^()\[\]]+)", question), *_explained(written, question)]
    if any(_spells(_words(found[1])[: len(letters) + _FURTHER_WORDS], letters) for found in said):
        return True
    return _is_initials(question, letters)


def _explained(written: str, question: str) -> list[re.Match[str]]:
    return list(re.finditer(rf"{written}\s*{_SAYS}\s*[\"'“‘]?([^.?!;()\[\]]+)", question, re.IGNORECASE))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _spells(words: Sequence[str], letters: str) -> bool:
    """Whether the first word begins with the first letter, and the others follow in their order."""
    if not words or words[0][0] != letters[0].casefold():
        return False
    rest = iter("".join(words))
    return all(letter in rest for letter in letters.casefold())


def _is_initials(question: str, letters: str) -> bool:
    wanted = letters.casefold()
    for clause in re.split(rf"[.?!;()\[\]]|\b{re.escape(letters)}\b", question):
        initials = "".join(word[0] for word in _words(clause) if len(word) > 1 and word not in STOP_WORDS)
        if wanted in initials:
            return True
    return False
