"""Which parts of a question some passages do not speak to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wardround.agent.quoting.qualifiers import qualifiers_of
from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

TELLING_IDF = 3.0
"""Words in more than about one of twenty passages say too little to be missed."""

_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_BRACKETED = re.compile(r"\s\([^()]*\)")


def telling_words(text: str, rarity: TermRarity) -> list[str]:
    """The words of ``text`` that carry its subject, as written, in their order, each once."""
    words = {}
    for word in _WORD.findall(text):
        terms = analyse(word)
        if terms and max(rarity.idf(term) for term in terms) >= TELLING_IDF and any(map(str.isalpha, word)):
            words.setdefault(terms[0], word.strip("."))
    return list(words.values())


def missing_words(question: str, texts: Iterable[str], rarity: TermRarity) -> list[str]:
    """The telling words of ``question`` that stand in none of ``texts``, neither themselves nor their explanation."""
    held = {term for text in texts for term in analyse(text)}
    plain = _BRACKETED.sub("", question)
    missing = []
    for word in telling_words(plain, rarity):
        explained = re.search(rf"{re.escape(word)} \(([^()]*)\)", question)
        forms = [analyse(word), *([analyse(explained[1])] if explained else [])]
        if not any(form and held.issuperset(form) for form in forms):
            missing.append(word)
    return missing


def missing_qualifiers(question: str, texts: Iterable[str]) -> list[str]:
    """The names of the question's qualifiers that none of ``texts`` speaks to."""
    together = "\n".join(texts)
    return [one.name for one in qualifiers_of(question) if not one.spoken_to.search(together)]
