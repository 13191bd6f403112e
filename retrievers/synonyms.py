"""Other names of what a query is about, from terminologies of the user's own.

Only names that stand for one concept expand a query, and only where they stand in it whole; nothing of the query is
taken away, so a negation stays.

Not part of the default search: the Disease Ontology's synonyms lowered nDCG@10 on SciFact and BioASQ, and drug lists
change hardly a question of theirs (``docs/results``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from wardround.retrievers.terminology import Concept

MOST_ADDED = 3
"""Names added for one concept: more of them outweigh the rest of the question."""

_WORD = re.compile(r"\w+")
_LONGEST = 8
_SHORTEST = 4
"""Characters; shorter names are abbreviations, which mean something else in most texts."""


class Synonyms:
    """Concepts by their names; safe to use from several threads."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        """Takes the concepts; a name of two that add different names, as a brand of two drugs, stands for neither."""
        adds: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
        for one in concepts:
            for name in one.names:
                if len(name) >= _SHORTEST:
                    adds.setdefault(_words(name), set()).add(one.adds)
        self._adds = {words: found.pop() for words, found in adds.items() if len(found) == 1 and words}

    def of(self, query: str) -> list[str]:
        """Other names of the concepts that ``query`` names, in its order, at most ``MOST_ADDED`` a concept.

        The longest name counts: "type 2 diabetes mellitus" is not also "diabetes mellitus".
        """
        words = _words(query)
        added: list[str] = []
        start = 0
        while start < len(words):
            for length in range(min(_LONGEST, len(words) - start), 0, -1):
                named = words[start : start + length]
                if named in self._adds:
                    added += [name for name in self._adds[named] if _words(name) != named][:MOST_ADDED]
                    start += length - 1
                    break
            start += 1
        return [name for name in dict.fromkeys(added) if not _contains(words, _words(name))]

    def beside(self, query: str) -> str:
        """``query`` with the other names behind it."""
        return " ".join([query, *self.of(query)])


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _contains(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1))
