"""An answer as a person reads it: plain text for a terminal, Markdown for everything else."""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING

from wardround.agent.citing.source_status import status_of

if TYPE_CHECKING:
    from wardround.agent.answer import Answer, Citation, Claim, Reference

DISCLAIMER = "Decision support for professionals; it does not replace clinical judgement."

_MOST_ELSEWHERE = 3

WIDTH = 96
"""Columns of plain text."""

VERDICT_MARKS = {
    "supported": "",
    "partly": " (only partly supported)",
    "contradicted": " (CONTRADICTED by its source)",
    "not_found": " (UNSUPPORTED: no passage says this)",
}
"""What is said behind a claim, by its verdict."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~]|&(?=#?\w+;))")  # "R & D" says itself, "&lt;" would say "<"


def answer_to_text(answer: Answer, width: int = WIDTH) -> str:
    """The answer as plain text, lines at most ``width`` columns where words allow."""

    def wrapped(line: str, indent: str = "   ") -> str:
        return _wrapped(line, width, indent)

    parts = [wrapped(line, indent="") for line in head_lines(answer)]
    parts += [wrapped(_claim_line(number, claim, answer)) for number, claim in enumerate(answer.claims, start=1)]
    parts += [wrapped(line) for line in remarks(answer)]
    if answer.references:
        title = "Nearest passages" if answer.abstained else "References"
        parts.append("\n".join([title, *(wrapped(reference_line(one), indent="    ") for one in answer.references)]))
    parts += [wrapped(line) for line in foot_lines(answer)]
    return printable("\n\n".join(parts)) + "\n"


def answer_to_markdown(answer: Answer) -> str:
    """The answer as Markdown; text of sources is escaped, so that it stays text."""
    lines = [_important(line) for line in head_lines(answer)]
    lines += [
        f"{number}. {escaped(_claim_line(None, claim, answer))}" for number, claim in enumerate(answer.claims, start=1)
    ]
    lines += [escaped(line) for line in remarks(answer)]
    if answer.references:
        lines.append(f"### {'Nearest passages' if answer.abstained else 'References'}")
        lines += [f"- {escaped(reference_line(one))}" for one in answer.references]
    lines += [f"*{escaped(line)}*" for line in foot_lines(answer)]
    return printable("\n\n".join(lines)) + "\n"


def notice_as_markdown(notice: str) -> str:
    """The beginning of the Markdown of an answer with this notice, for those who cannot wait for the rest."""
    return printable(_important(notice)) + "\n\n"


def printable(text: str) -> str:
    """``text`` without control, bidirectional and invisible characters, which could mislead a terminal or reader."""
    return "".join(one for one in text if one == "\n" or unicodedata.category(one) not in _UNSEEN)


def printable_json(text: str) -> str:
    """JSON that says the same, with what ``printable`` leaves out written as escapes."""
    return "".join(
        json.dumps(one)[1:-1] if one != "\n" and unicodedata.category(one) in _UNSEEN else one for one in text
    )


def head_lines(answer: Answer) -> Iterator[str]:
    """What is said before the claims: a notice, an abstention, what stays open."""
    if answer.notice:
        yield answer.notice
    if answer.declined:
        yield f"Declined: {answer.declined}."
    elif answer.abstained:
        yield "The corpus does not answer this question."
    elif answer.uncovered:
        yield f"No passage quoted here speaks to: {'; '.join(answer.uncovered)}."


def _claim_line(number: int | None, claim: Claim, answer: Answer) -> str:
    for_it, against = cited_numbers(claim, answer)
    cited = "".join(f"[{one}]" for one in for_it)
    if against:
        cited += " but see " + "".join(f"[{one}]" for one in against)
    body = f"“{claim.text}”" if claim.origin == "quotation" else claim.text
    lead = f"{number}. " if number is not None else ""
    return f"{lead}{heading_before(claim)}{body} {cited}{claim_mark(claim)}".rstrip()


def heading_before(claim: Claim) -> str:
    """What is said before a quotation of whom or what it speaks, in its source's words; mostly empty for prose."""
    return " > ".join(claim.heading) + ": " if claim.heading else ""


def cited_numbers(claim: Claim, answer: Answer) -> tuple[list[int], list[int]]:
    """The numbers of the references that a claim stands on, and of those that contradict it beside them."""
    numbers = {one.passage_id: one.number for one in answer.references}
    against_it = [] if claim.verdict == "contradicted" else [one for one in claim.citations if _opposes(one)]
    against = dict.fromkeys(numbers[one.passage_id] for one in against_it)
    for_it = dict.fromkeys(numbers[one.passage_id] for one in claim.citations if one not in against_it)
    return list(for_it), list(against)


def claim_mark(claim: Claim) -> str:
    """What is said behind a claim and its references; empty when there is nothing to warn of."""
    return VERDICT_MARKS[claim.verdict] + (f" (CAUTION: {claim.caution})" if claim.caution else "")


def _opposes(citation: Citation) -> bool:
    return citation.verdict == "contradicted"


def remarks(answer: Answer) -> Iterator[str]:
    """What is said after the claims: the options of the question, and warnings."""
    if answer.choice:
        yield f"Chosen option: {answer.choice}"
    for option in answer.options:
        told = f"probability {option.probability:.2f}" if option.probability is not None else ""
        seen = f"named in {len(option.mentioned_in)} passages" if option.mentioned_in else "named in no passage"
        yield f"{option.letter}. {option.text} ({'; '.join(filter(None, [told, seen]))})"
    for warning in answer.warnings:
        yield f"Warning: {warning}"


def reference_line(reference: Reference) -> str:
    """A reference as one line, its number first."""
    source = ", ".join(str(part) for part in (reference.organisation or reference.journal, reference.year) if part)
    pieces = [
        f"[{reference.number}] " + (f"{status}: " if (status := status_of(reference)) else "") + reference.title,
        f" ({source})" if source else "",
        f". {reference.evidence_level.capitalize()}" if reference.evidence_level else "",
        ". " + " > ".join(reference.heading) if reference.heading else "",
        f". doi:{reference.doi}" if reference.doi else "",
        f". PMID {reference.pmid}" if reference.pmid else "",
        f". Corpus {reference.corpus}",
        f". Also in {', '.join(elsewhere)}" if (elsewhere := _elsewhere(reference)) else "",
        f". {reference.note}" if reference.note else "",
    ]
    return "".join(pieces)


def _elsewhere(reference: Reference) -> list[str]:
    """The documents that hold the text of a reference too, the first few by name."""
    documents = list(dict.fromkeys(name.rpartition("#")[0] for name in reference.also_in))
    more = len(documents) - _MOST_ELSEWHERE
    return [*documents[:_MOST_ELSEWHERE], *([f"{more} more"] if more > 0 else [])]


def foot_lines(answer: Answer) -> Iterator[str]:
    """What is said last: how the answer came about."""
    if answer.declined:
        yield DISCLAIMER
        return
    if answer.model is None:
        how = "Every statement is quoted from its source" if answer.claims else "Only what a source says is given"
        yield f"{how}; no language model is configured (see `wardround doctor` for how to add one)."
    queries = sum(len(one.queries) for one in answer.rounds)
    certificate = answer.contexts.certificate or "uncalibrated"
    yield (
        f"Read {answer.contexts.k} of {answer.contexts.candidates} passages found ({certificate}); "
        f"{counted(queries, 'query', 'queries')} in {counted(len(answer.rounds), 'round', 'rounds')}, "
        f"{answer.usage.seconds:.1f} s{_as_of(answer)}. {DISCLAIMER}"
    )


def _as_of(answer: Answer) -> str:
    return f"; corpus as of {answer.corpus_as_of}" if answer.corpus_as_of else ""


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{count} {one if count == 1 else many}"


def _wrapped(line: str, width: int, indent: str) -> str:
    paragraphs = line.split("\n")
    return "\n".join(
        textwrap.fill(
            paragraph,
            width,
            initial_indent="" if position == 0 else indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for position, paragraph in enumerate(paragraphs)
    )


def _important(line: str) -> str:
    return f"**{escaped(line)}**"


def escaped(text: str) -> str:
    """``text`` as Markdown that shows it as it is."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)
