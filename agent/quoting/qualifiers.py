"""What makes a patient different: pregnancy, kidneys, age and the like, in a question and in its evidence.

A qualifier changes what is right, so an answer must either speak to it or say that it does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Qualifier:
    """One circumstance: how it is asked for, and what words in a passage speak to it.

    Attributes:
        strict: what holds in general may do harm here, so where something speaks to the qualifier nothing else is said.
        own_doses: doses differ so much that one for patients in general is never given, whatever else is.
    """

    name: str
    asked: re.Pattern[str]
    spoken_to: re.Pattern[str]
    strict: bool
    own_doses: bool


def _qualifier(
    name: str, asked: str, spoken_to: str = "", *, strict: bool = False, own_doses: bool = False
) -> Qualifier:
    in_question = re.compile(rf"\b(?:{asked})", re.IGNORECASE)
    in_passage = re.compile(rf"\b(?:{spoken_to or asked})", re.IGNORECASE)
    return Qualifier(name, in_question, in_passage, strict, own_doses)


_BETWEEN_BLANKS = re.compile(r"[^\s()]+")

_HOPED_FOR = "(?:try|trying) for a baby|(?:have|having|want) a baby"
"""A baby that is not there yet asks about those who will have it."""

_YEARS_OLD = r"[- ]?(?:years?|yrs?|y)[- /]?(?:old|o)\b"
_CHILDS_AGE = (
    rf"(?:1[01]|[1-9]){_YEARS_OLD}|(?<!gestational )age[ds]? (?:of )?(?:1[01]|[1-9])\b|"
    r"\d+[- ]?(?:month|week|day)s?[- ]old(?= (?:boy|girl|with|who|has)\b|\s*[,.;:?]|$)"
)
"""A thrombus, too, may be two weeks old; only what reads like a person is taken for one."""
_TEENAGE = rf"1[2-7]{_YEARS_OLD}|(?<!gestational )age[ds]? (?:of )?1[2-7]\b"
_OLDER_AGE = r"(?:6[5-9]|[7-9]\d|1[01]\d)"

QUALIFIERS = (
    _qualifier(
        "pregnancy",
        rf"pregnan|gravid|gestation|trimester|antenatal|antepartum|(?:pre)?conception|conceiv|{_HOPED_FOR}",
        r"pregnan|gravid|gestation|(?:pre)?conception|conceiv|"
        r"trimester|antenatal|perinatal|antepartum|fetal|foetal|teratogen|obstetric",
    ),
    _qualifier(
        "breastfeeding", r"breast-?\s?feed|lactati|nursing mother", r"breast-?\s?feed|lactati|breast ?milk", strict=True
    ),
    _qualifier(
        "children",
        r"child|paediatric|pediatric|infant|toddler|neonat|newborn|"
        r"(?<!try for a )(?<!trying for a )(?<!have a )(?<!having a )(?<!want a )bab(?:y|ies)|"
        rf"{_CHILDS_AGE}",
        r"child|paediatric|pediatric|infant|toddler|neonat|newborn|preterm|term infant",
        strict=True,
        own_doses=True,
    ),
    # "Adults and adolescents" in a source says nothing of a child of eight.
    _qualifier(
        "adolescents",
        rf"adolescent|teenage|{_TEENAGE}",
        r"adolescent|teenage|child|paediatric|pediatric",
        strict=True,
        own_doses=True,
    ),
    _qualifier(
        "older age",
        r"elderly|older (?:adult|patient|people|person)|geriatric|frail|"
        rf"{_OLDER_AGE}{_YEARS_OLD}|age[ds]? (?:of )?{_OLDER_AGE}\b",
        r"elderly|older|geriatric|frail|aged? (?:≥|>|over|[678]\d)|over [678]\d|≥ ?[678]\d years",
    ),
    _qualifier(
        "kidney function",
        r"(?:chronic )?(?:renal (?:failure|impairment|insufficiency|disease|function)|"
        r"kidney (?:failure|disease|injury))|e?gfr|(?:ha?emo)?dialysis|ckd|creatinine clearance|crcl|end-stage",
        r"renal|kidney|e?gfr|(?:ha?emo)?dialysis|ckd|crcl|creatinine|nephro",
    ),
    _qualifier(
        "liver disease", r"cirrho|hepatic|liver (?:failure|disease|impairment)|child-?pugh", r"cirrho|hepat|liver"
    ),
    _qualifier(
        "allergy",
        r"allerg|anaphyla|hypersensitiv|intoleran",
        r"allerg|anaphyla|hypersensitiv|intoleran|alternative",
        strict=True,
    ),
    _qualifier(
        "immunosuppression",
        r"immunosuppress|immunocompromis|transplant recipient|hiv|neutropeni|chemotherapy",
        r"immunosuppress|immunocompromis|transplant|hiv|neutropeni|chemotherapy|malignan",
    ),
    # What is recommended in the other kind is said in the same words.
    _qualifier("type 1 diabetes", r"type[- ]?(?:1|i) (?:diabet|DM\b)|T1DM?\b", r"type[- ]?(?:1|i)\b|T1DM?\b"),
    _qualifier(
        "preserved ejection fraction", r"HFpEF|preserved (?:(?:left ventricular |LV)?ejection|EF\b)", r"HFpEF|preserved"
    ),
    _qualifier(
        "anticoagulation",
        r"(?:on|taking|receiving) (?:warfarin|apixaban|rivaroxaban|dabigatran|edoxaban|an? anticoagulant|doac)",
        r"warfarin|apixaban|rivaroxaban|dabigatran|edoxaban|anticoagula|doac|vka|reversal|vitamin k",
    ),
)


def qualifiers_of(question: str) -> tuple[Qualifier, ...]:
    """The qualifiers that a question names."""
    return tuple(one for one in QUALIFIERS if one.asked.search(question))


def without_qualifiers(question: str) -> str:
    """``question`` with every word that names a qualifier blanked out; nothing else moves."""
    named = [match.span() for one in QUALIFIERS for match in one.asked.finditer(question)]

    def blanked(word: re.Match[str]) -> str:
        touched = any(start < word.end() and word.start() < end for start, end in named)
        return " " * len(word[0]) if touched else word[0]

    return _BETWEEN_BLANKS.sub(blanked, question)


def speaks_to_a_qualifier(question: str, text: str) -> bool:
    """Whether ``text`` speaks to any qualifier that ``question`` names; of a sick child, to its being a child."""
    asked = qualifiers_of(question)
    needed = [one for one in asked if one.own_doses] or asked
    return any(one.spoken_to.search(text) for one in needed)


def has_doses_of_its_own(question: str) -> bool:
    """Whether ``question`` is about somebody to whom no dose for patients in general may be given."""
    return any(one.own_doses for one in qualifiers_of(question))
