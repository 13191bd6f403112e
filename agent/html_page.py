"""An answer as one HTML page without scripts, its quotes marked in their passages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from wardround.agent.rendering import (
    cited_numbers,
    claim_mark,
    foot_lines,
    head_lines,
    heading_before,
    printable,
    reference_line,
    remarks,
)

if TYPE_CHECKING:
    from wardround.agent.answer import Answer, Claim, Reference

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }}
li {{ margin: .5rem 0; }}
strong {{ display: block; margin: 1rem 0; }}
blockquote {{ margin: .5rem 0; white-space: pre-wrap; }}
footer {{ color: #555; font-size: .875rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def answer_to_html(answer: Answer) -> str:
    """A whole page. Every text of a user, a model or a source is escaped, and links lead to http(s) only."""
    return _PAGE.format(title=_text(answer.question), body=_body(answer, "reference"))


def answers_to_html(answers: Sequence[Answer], title: str) -> str:
    """A conversation as one page, under the same care as a single answer."""
    sections = (
        f"<section>\n<h2>{_text(answer.question)}</h2>\n{_body(answer, f'answer-{place}-reference')}\n</section>"
        for place, answer in enumerate(answers, start=1)
    )
    return _PAGE.format(title=_text(title), body="\n".join(sections))


def _body(answer: Answer, key: str) -> str:
    """The answer; its references are anchors named after ``key`` and their number."""
    parts = [f"<strong>{_text(line)}</strong>" for line in head_lines(answer)]
    if answer.claims:
        parts.append("<ol>\n" + "\n".join(_claim(claim, answer, key) for claim in answer.claims) + "\n</ol>")
    parts += [f"<p>{_text(line)}</p>" for line in remarks(answer)]
    if answer.references:
        parts.append(f"<h2>{'Nearest passages' if answer.abstained else 'References'}</h2>")
        parts.append("<ul>\n" + "\n".join(_reference(one, answer, key) for one in answer.references) + "\n</ul>")
    parts.append("<footer>\n" + "\n".join(f"<p>{_text(line)}</p>" for line in foot_lines(answer)) + "\n</footer>")
    return "\n".join(parts)


def _text(text: str) -> str:
    return escape(printable(text))


def _claim(claim: Claim, answer: Answer, key: str) -> str:
    for_it, against = cited_numbers(claim, answer)
    links = _links(for_it, key) + (f" but see {_links(against, key)}" if against else "")
    body = f"<q>{_text(claim.text)}</q>" if claim.origin == "quotation" else _text(claim.text)
    return f"<li>{_text(heading_before(claim))}{body} {links}{_text(claim_mark(claim))}</li>"


def _links(numbers: Iterable[int], key: str) -> str:
    return "".join(f'<a href="#{key}-{number}">[{number}]</a>' for number in numbers)


def _reference(reference: Reference, answer: Answer, key: str) -> str:
    spans = (
        (one.start, one.end)
        for claim in answer.claims
        for one in claim.citations
        if one.passage_id == reference.passage_id
    )
    passage = "".join(
        f"<mark>{_text(text)}</mark>" if marked else _text(text) for text, marked in _pieces(reference.text, spans)
    )
    return (
        f'<li id="{key}-{reference.number}">{_text(reference_line(reference))}{_link(reference)}\n'
        f"<details><summary>passage</summary><blockquote>{passage}</blockquote></details></li>"
    )


def _link(reference: Reference) -> str:
    address = f"https://doi.org/{reference.doi}" if reference.doi else reference.url or ""
    if not address.startswith(("https://", "http://")):
        return ""
    return f' <a rel="noreferrer" href="{_text(address)}">open the source</a>'


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """``text`` cut where ``spans`` begin and end, each piece with whether it lies in one; spans may overlap."""
    done = 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        yield text[done : max(start, done)], False
        yield text[max(start, done) : end], True
        done = end
    yield text[done:], False
