"""What a question is about, word by word, with the other names its explanation gives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_AGE = re.compile(r"\d+-?(?:yo|(?:years?|months?|weeks?|days?)-old)", re.IGNORECASE)
_EXPLANATION = re.compile(r"\s\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Concept:
    """One word of the question that carries its subject.

    Attributes:
        word: as written.
        forms: index terms of the word, then of its explanation when it has one; each form stands for the whole.
        weight: IDF of the word's rarest term.
    """

    word: str
    forms: tuple[tuple[str, ...], ...]
    weight: float

    def coverage(self, held: frozenset[str]) -> float:
        """The largest share of a form's terms among ``held``."""
        return max(sum(term in held for term in form) / len(form) for form in self.forms)


def concepts_of(question: str, rarity: TermRarity) -> list[Concept]:
    """The concepts of ``question`` in its order, each once; a patient's numbers and age and generic words are none."""
    found: dict[tuple[str, ...], Concept] = {}
    matches = [match for match in _WORD.finditer(question) if not _inside_explanation(question, match.start())]
    for match in matches:
        word = match[0].strip(".'’")
        own = tuple(analyse(word))
        if not own or word.casefold() in generic_words() or not any(map(str.isalpha, word)) or _AGE.fullmatch(word):
            continue
        explanation = _EXPLANATION.match(question, match.end())
        other = tuple(analyse(explanation[1])) if explanation else ()
        weight = max(rarity.idf(term) for term in own)
        found.setdefault(own, Concept(word, (own, other) if other else (own,), weight))
    return list(found.values())


def share_covered(concepts: Sequence[Concept], texts: Iterable[str]) -> float:
    """The share of the concepts, by weight, that ``texts`` hold together; 0 for a question without concepts."""
    held = terms_of(texts)
    total = sum(one.weight for one in concepts)
    return sum(one.weight * one.coverage(held) for one in concepts) / total if total else 0.0


def terms_of(texts: Iterable[str]) -> frozenset[str]:
    """Every index term of ``texts``."""
    return frozenset(term for text in texts for term in analyse(text))


@cache
def generic_words() -> frozenset[str]:
    """Words that shape a question without being its subject; that a passage lacks them means nothing."""
    return frozenset(resources.files(__package__).joinpath("generic_words.txt").read_text("utf-8").split())


def _inside_explanation(question: str, position: int) -> bool:
    return question.rfind("(", 0, position) > question.rfind(")", 0, position)
