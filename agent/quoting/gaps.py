"""Which parts of a question some passages do not speak to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import resources

from wardround.agent.quoting.concepts import Concept, concepts_of, terms_of
from wardround.agent.quoting.qualifiers import qualifiers_of, without_qualifiers
from wardround.retrievers.term_rarity import TermRarity

TELLING_SHARE = 0.05
"""Words in more than one of twenty passages say too little to be missed."""


def telling_words(question: str, rarity: TermRarity) -> list[str]:
    """The words of ``question`` that carry its subject and are rare enough to search by.

    Words that name a qualifier are left to ``missing_qualifiers``, which knows their synonyms.
    """
    return [one.word for one in _telling(question, rarity)]


def missing_words(question: str, texts: Iterable[str], rarity: TermRarity) -> list[str]:
    """The telling words of ``question`` that stand in none of ``texts``, neither themselves nor their explanation."""
    held = terms_of(texts)
    return [one.word for one in _telling(question, rarity) if one.coverage(held) < 1]


@cache
def everyday_words() -> frozenset[str]:
    """Words that a passage may lack without anybody missing them: named among the gaps they would hide the others.

    Unlike generic words they are searched for, and weigh in whether a question is answered.
    """
    return frozenset(resources.files(__package__).joinpath("everyday_words.txt").read_text("utf-8").split())


def missing_qualifiers(question: str, texts: Iterable[str]) -> list[str]:
    """The names of the question's qualifiers that none of ``texts`` speaks to."""
    together = "\n".join(texts)
    return [one.name for one in qualifiers_of(question) if not one.spoken_to.search(together)]


def _telling(question: str, rarity: TermRarity) -> list[Concept]:
    least = rarity.idf_in_share(TELLING_SHARE)
    return [one for one in concepts_of(without_qualifiers(question), rarity) if one.weight >= least]
