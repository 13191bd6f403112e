"""What kind of statement would answer a question: a time, a dose, a threshold, a first choice, a prohibition."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_TIME_UNIT = r"(?:seconds?|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?)"
_DOSE_UNIT = (
    r"(?:mcg|µg|μg|mg|g|kg|units?|iu|ml|mmol|meq|puffs?|tablets?|j|joules)(?:/(?:kg|min|h|hr|hour|day|dose|m2|m²))*"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A kind of answer: how a question asks for it, and what a statement of that kind contains."""

    name: str
    asked: re.Pattern[str]
    met: re.Pattern[str]


def _expectation(name: str, asked: str, met: str) -> Expectation:
    return Expectation(name, re.compile(asked, re.IGNORECASE), re.compile(met, re.IGNORECASE))


EXPECTATIONS = (
    _expectation(
        "time",
        r"\bhow (?:soon|long|quick|fast|early|late|often|frequent)|\bwhen\b|\btiming\b|\bduration\b|\binterval\b|"
        r"\bhow many (?:hours|days|weeks|months|years|minutes)|\bwithin what\b|\btime ?frame\b|\bwindow\b",
        rf"{_NUMBER}[- –]*(?:to[- ])?(?:\d+ ?)?{_TIME_UNIT}\b|\bimmediate|\bprompt|\bdaily\b|\bweekly\b|\bannual|"
        rf"\byearly\b|"
        r"\blifelong\b|\bindefinite|\bat discharge\b|\bbefore\b|\buntil\b",
    ),
    _expectation(
        "dose",
        r"\bdos(?:e|es|ing|age)\b|\bhow much\b|\bmg\b|\bbolus\b|\bregimen\b|\binfusion rate\b|\bhow many (?:mg|"
        r"ml|units)",
        rf"{_NUMBER}(?:[- –]+\d[\d.,]*)? ?{_DOSE_UNIT}\b",
    ),
    _expectation(
        "threshold",
        r"\bthreshold|\bcut-?off|\btarget|\bgoal\b|\bwhat (?:level|value|score|range|percent)|\babove what|"
        r"\bbelow what|"
        r"\bat what\b|\bhow (?:high|low|many)\b|\bcriteri|\bdefin|\bdiagnos|\bstage\b|\bgrade\b|\bscore\b|\bpoints?\b",
        r"[<>≤≥=]|\b(?:above|below|at least|less than|greater than|more than|exceed\w*|or (?:more|less|higher|"
        r"lower))\b|"
        r"\d+ ?[-–] ?\d+|\bdefined as\b|\d+ points?\b|\d ?%",
    ),
    _expectation(
        "first choice",
        r"\bfirst[- ]line\b|\bfirst choice\b|\bof choice\b|\bprefer|\binitial (?:therapy|treatment|drug|agent)|\bwhich "
        r"(?:drug|agent|antibiotic|medication|treatment)|\bwhat (?:drug|agent|antibiotic|medication)|\bbest\b",
        r"\bfirst[- ]line\b|\bfirst choice\b|\bprefer|\brecommend|\binitial\b|\bof choice\b|\bis indicated\b",
    ),
    _expectation(
        "prohibition",
        r"\bcontra-?indicat|\bavoid|\bshould(?:n't| not)|\bunsafe\b|\bnot (?:be )?(?:used|given)|\bsafe\b|"
        r"\bstop\b|\bhold\b|"
        r"\bwithh[eo]ld|\bdiscontinu|\bok(?:ay)?\b|\ballowed\b",
        r"\bcontra-?indicat|\bavoid|\bnot\b|\bagainst\b|\bharm|\bstop|\bwithh[eo]ld|\bdiscontinu|\bcaution|\bsafe",
    ),
)


def expectations_of(question: str) -> tuple[Expectation, ...]:
    """The kinds of answer a question asks for; often none."""
    return tuple(one for one in EXPECTATIONS if one.asked.search(question))


def asks_for_a_dose(question: str) -> bool:
    """Whether ``question`` wants an amount of something that is given."""
    return any(one.name == "dose" for one in expectations_of(question))


def share_met(expectations: tuple[Expectation, ...], statement: str) -> float:
    """The fraction of the expectations that the statement meets, 0 when there are none."""
    if not expectations:
        return 0.0
    return sum(bool(one.met.search(statement)) for one in expectations) / len(expectations)
