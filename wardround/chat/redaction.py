"""Names, dates and record numbers taken out of what a user types, before anybody sees or stores it.

The patterns run on Presidio (extra ``redact``). A name is found by what stands before it ("Mr Smith", "patient Anna
Berg", "name: ..."), because a tagger of names takes Wells, Parkinson and Cushing for persons and spoils the question.
Years, ages and durations stay: an answer depends on them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from wardround.errors import PrerequisiteError

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

    from wardround.agent.settings import SessionSettings

_SPACE = "[ \u00a0\u2007\u202f]"  # with those that word processors and web pages put between a title and a name
_BLANK = r"[^\S\r\n]"
_JOIN = f"(?:-|{_SPACE})"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"

_PARTICLE = (
    r"(?:van|von|vom|zu[mr]?|ter|ten|te|de[lnrs]?|della|degli|di|da|d[aou]s|du|la|le|el|al|abu|af|av|bin|ben|bint|"
    r"ibn|y)"
)
_WORD = r"(?:[dl]['’])?\p{Lu}[\p{L}'’-]+"
_LEAD = rf"(?:(?:{_PARTICLE}|St\.|(?:\p{{Lu}}\.)+|\p{{Lu}}){_SPACE}{{1,2}}){{0,3}}"
_NAME = rf"{_LEAD}(?:{_WORD}|(?:\p{{Lu}}\.)+)(?:{_SPACE}{{1,2}}{_LEAD}{_WORD}){{0,2}}"
_NO_NAME = (
    r"(?!(?i:male|female|man|woman|boy|girl|adult|child|infant|newborn|name|age|aged|sex|gender|dob|id|date|and|on|with|"
    r"the|this|for|has|had|have|is|are|was|were|does|did|can|could|should|would|what|which|when|how|why|who)\b)"
)
_LAST_AND_FIRST = rf"{_LEAD}{_WORD},{_SPACE}{{0,2}}{_NO_NAME}(?:{_WORD}|\p{{Lu}}\.)(?:{_SPACE}(?:{_WORD}|\p{{Lu}}\.))?"
_WHOLE_LINE_OR_TWO_WORDS = rf"(?={_LEAD}{_WORD}(?:{_BLANK}*(?:[\r\n]|\Z)|,?{_SPACE}{{1,2}}{_LEAD}{_WORD}))"
_LABEL = rf"(?i:name(?:d|{_BLANK}is)?|called|patient|pt)"

_PATTERNS = {
    "NAME": (
        rf"(?<=\b(?:[Mm]rs?|[Mm]s|[Mm]iss|[Mm]x|[Dd]r|[Pp]rof)\.?\s{{1,20}}){_NAME}",
        # In capitals they may be an illness and an examination, which often stand alone in a line or a column.
        rf"(?<=\b(?i:mr|mrs|ms|miss|mx|dr|prof|sister)\.?{_SPACE}{{1,3}}){_NAME}",
        rf"(?<=\b{_LABEL}{_BLANK}{{0,3}}:{_BLANK}{{0,20}}){_NO_NAME}(?:{_LAST_AND_FIRST}|{_NAME})",
        rf"(?<=\b{_LABEL}{_BLANK}{{0,3}}:\s{{0,20}}){_WHOLE_LINE_OR_TWO_WORDS}{_NO_NAME}(?:{_LAST_AND_FIRST}|{_NAME})",
        rf"(?<=\b{_LABEL}{_SPACE}{{1,3}}){_NO_NAME}{_NAME}",
        rf"(?<=\b(?:[Nn]ame|[Pp]atient){_BLANK}{{1,20}}){_NO_NAME}{_NAME}",
    ),
    "DATE": (
        r"\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b",
        r"\b(?:19|20)\d{2}([./-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\.?{_BLANK}{{1,3}}(?:of{_BLANK}{{1,3}})?(?i:{_MONTH}){_BLANK}{{1,3}}(?:19|20)\d{{2}}\b",
        rf"\b(?i:{_MONTH}){_BLANK}{{1,3}}\d{{1,2}}(?:st|nd|rd|th)?,?{_BLANK}{{1,3}}(?:19|20)\d{{2}}\b",
    ),
    "RECORD": (
        r"(?<=\b(?i:mrn|nhs|ssn|record|chart|case|hospital|patient|insurance|file)\b[^\n\w]{0,3}(?:(?i:no|number|id|nr)\b"
        rf"[^\n\w]{{0,3}})?)(?=(?:[A-Z0-9]|{_JOIN})*\d)[A-Z0-9](?:[A-Z0-9]|{_JOIN}(?=\d)){{4,14}}\b",
        r"\b\d{3}-\d{2}-\d{4}\b",
        rf"\b\d{{3}}{_JOIN}\d{{3}}{_JOIN}\d{{4}}\b",
        r"\b\d{8,}\b",
    ),
    "EMAIL": (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b",),
}


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def cleaner(settings: SessionSettings) -> Callable[[str], str]:
    """What is done with every question: nothing, or ``redacted`` where ``sessions.redact`` is set.

    Raises:
        PrerequisiteError: redaction is wanted and its packages are not installed.
    """
    if not settings.redact:
        return str
    _recognizers()
    return redacted


def redacted(text: str) -> str:
    """``text`` with each name, date, record number, e-mail address and telephone number replaced by its kind."""
    found = [
        _Span(one.start, one.end, one.entity_type)
        for recognizer in _recognizers()
        for one in recognizer.analyze(text, recognizer.supported_entities, None)
    ]
    pieces, position = [], 0
    for span in sorted(found, key=lambda one: (one.start, -one.end)):
        if span.start >= position:
            pieces += [text[position : span.start], f"[{span.kind.partition('_')[0].lower()}]"]
            position = span.end
    return "".join([*pieces, text[position:]])


@cache
def _recognizers() -> tuple[EntityRecognizer, ...]:
    try:
        from presidio_analyzer import Pattern, PatternRecognizer
        from presidio_analyzer.predefined_recognizers import PhoneRecognizer
    except ImportError as error:
        raise PrerequisiteError(
            "sessions.redact needs the packages of the extra 'redact': run `pip install 'wardround[redact]'`"
        ) from error
    own = [
        PatternRecognizer(
            supported_entity=kind,
            patterns=[Pattern(f"{kind} {place}", pattern, 0.9) for place, pattern in enumerate(patterns)],
            global_regex_flags=0,
        )
        for kind, patterns in _PATTERNS.items()
    ]
    return (*own, PhoneRecognizer())  # Presidio's own for e-mail fetches a list of domains from the internet
