"""Which parts of a question some passages do not speak to."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wardround.agent.quoting.qualifiers import qualifiers_of
from wardround.retrievers.analysis import analyse
from wardround.retrievers.term_rarity import TermRarity

TELLING_IDF = 3.0
"""Words in more than about one of twenty passages say too little to be missed."""

# Words that shape a question without being its subject; that a passage lacks them means nothing.
GENERIC = frozenset(
    "able about after again all allowed also always another any anyone anything appropriate around ask asked away back bad "
    "became before begin being best better between big bring but call called calling came can cannot case change choice "
    "choose come comes consider continue correct could count current currently decide depend describe did differ different "
    "divided does doing done drop during each early effect either else enough ever every exact exactly example explain "
    "far fast few fine first fit follow following for found get give given gives go goes going good got had happen hard "
    "has have having help her here high his hold home how however idea if ill important in instead is it just keep kept "
    "kind know known large last late later least left less let level like list little long longer look lower made main make "
    "man many matter may me mean meant men method might months more most much must my name near need needed needs never "
    "new next no normal not now number of off often ok okay old once one only or order other otherwise our out over own part "
    "particular people per perhaps person place please point possible prefer preferred present probably proper put quick "
    "quickly quite rather reason recommend recommended regarding relevant right room safe said same say see seem seen "
    "several shall she should show since single small so some someone something soon sort specific start started still stop "
    "stopped such suggest suitable take taken takes tell than that the them then there these they thing things think this "
    "those though through time today together too took try trying two type typical under unless until up upon use used "
    "useful using usual usually very want wants was way we week weeks well were what when where whether which while who "
    "whole whom why will with within without woman women wondering work worth would years yes yet you your yourself".split()
)

_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_BRACKETED = re.compile(r"\s\([^()]*\)")


def telling_words(text: str, rarity: TermRarity) -> list[str]:
    """The words of ``text`` that carry its subject, as written, in their order, each once."""
    words = {}
    for word in _WORD.findall(text):
        terms = analyse(word)
        if not terms or word.casefold().strip(".'’") in GENERIC or not any(map(str.isalpha, word)):
            continue
        if max(rarity.idf(term) for term in terms) >= TELLING_IDF:
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
