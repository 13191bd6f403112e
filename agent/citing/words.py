"""The words of a claim and a passage in one form: stems, spellings and everyday equivalents."""

from __future__ import annotations

import re
from functools import lru_cache

from wardround.agent.citing.number_words import in_digits
from wardround.agent.citing.numbers import figures_in
from wardround.retrievers.analysis import analyse

_NUMERIC = re.compile(r"^[\d.]+$")
_WORD = re.compile(r"[^\W_]+")
_GRAM = 4

# One line, one meaning; the first word stands for all. Only words that replace each other in clinical prose.
_EQUIVALENTS = """
kidney kidneys renal
liver hepatic
heart cardiac
lung lungs pulmonary
brain cerebral
stomach gastric
bowel intestinal intestine
skin cutaneous dermal
bone bones osseous
muscle muscular
child children paediatric pediatric childhood
newborn neonate neonatal neonates newborns
pregnancy pregnant gestation gestational
antibiotic antibiotics antimicrobial antimicrobials antibacterial antibacterials
norepinephrine noradrenaline
epinephrine adrenaline
paracetamol acetaminophen
salbutamol albuterol
furosemide frusemide
rifampicin rifampin
glyceryl nitroglycerin nitroglycerine
cancer cancers carcinoma malignancy malignant
tumour tumours tumor tumors neoplasm
medicine medicines medication medications drug drugs
doctor physician physicians clinician clinicians
death deaths mortality die died dying dies fatal
illness disease diseases disorder disorders
therapy therapies treatment treatments treat treated treating treats
adverse undesirable
elderly older
woman women female females
man men male males
begin begins begun beginning start starts started starting initiate initiated initiation commence commenced
give gives given giving administer administered administering administration
advise advised recommend recommends recommended recommendation recommending suggest suggested suggests
decrease decreases decreased decreasing reduce reduces reduced reducing reduction lower lowers lowered
increase increases increased increasing raise raises raised elevate elevated elevates elevation higher
"""

# What clinical sentences are held together with; its absence from a passage says nothing about a claim.
_GENERAL = """
adult advisable advise also among appear approach appropriate assess associate association available avoid base
basis because benefit care case cause change clinical common compare condition consider contain contribute
control could current decrease demonstrate depend despite determine develop diagnose diagnosis different do due
during effect effective either especially establish evaluate evidence example experience factor favour find
first follow form found frequent function general give great group guideline have help high however important
improve include increase indicate individual influence involve know large lead less level likely limit line long
low main major make manage management may mean measure method more most must need new normal number observe
obtain occur often only option order other outcome part particular patient people perform period person phase
play possible practice prefer present prevent primary process produce provide range rate reason receive
recommend reduce relate related relative report require research respectively response result risk role score
second seem select serious set severe should show significant similar since single small specific standard start
state strong study subject suggest support take target term test therapy time together total treat trial type
typical under undergo use useful usual value various via well when whether while within without
"""


def _folded(term: str) -> str:
    return term.replace("ae", "e").replace("oe", "e").replace("our", "or")


_CANONICAL: dict[str, str] = {
    _folded(term): _folded(analyse(line.split()[0])[0])
    for line in _EQUIVALENTS.strip().splitlines()
    for word in line.split()
    for term in analyse(word)
}


@lru_cache(maxsize=8192)
def meanings(text: str) -> frozenset[str]:
    """The words of ``text`` that carry its meaning; its numbers and their units are left to ``numbers``."""
    rest = in_digits(text)
    for figure in figures_in(text):
        rest = rest.replace(figure.text, " ", 1)
    return frozenset(_canonical(term) for term in analyse(rest) if not _NUMERIC.fullmatch(term))


def specific(terms: frozenset[str]) -> frozenset[str]:
    """Those of ``terms`` that name something, so that a passage without them is about something else."""
    return terms - _GENERAL_TERMS


@lru_cache(maxsize=8192)
def grams(text: str) -> frozenset[str]:
    """Runs of four characters over word boundaries: they see that "glycaemia" and "glycaemic" are near."""
    plain = f" {' '.join(_WORD.findall(text.lower()))} "
    return frozenset(plain[i : i + _GRAM] for i in range(len(plain) - _GRAM + 1))


def _canonical(term: str) -> str:
    folded = _folded(term)
    return _CANONICAL.get(folded, folded)


_GENERAL_TERMS = frozenset(_canonical(term) for term in analyse(_GENERAL))
