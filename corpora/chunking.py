"""Documents cut into passages: by section, and long sections between sentences, items and rows.

LlamaIndex's ``SentenceSplitter`` was tried with our own sentences and tokenizer and is not used: it
cuts inside a sentence or table row that is longer than the target (2000 characters are our only limit),
fills passages greedily so that the last one is often a remnant, knows no lists, so that a list loses
the line that introduces it, and drops blanks at the seams. Here all cuts of a section are chosen together.

Short sections are not merged with their neighbours: "First-line: amoxicillin" under the heading "Low
severity" must not be quoted under a heading that covers "High severity" as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from wardround.corpora.records import Document, Passage, Section, heading_path
from wardround.corpora.sentences import Span, Unit, quotable_units

CHUNKER = 1
"""Raised whenever the same settings cut the same document differently."""

CountTokens = Callable[[str], int]

# Costs of a cut, in units of the squared relative deviation from the target length.
_CUT_AFTER_LEAD_IN = 4.0
_CUT_IN_LIST = 1.0
_CUT_IN_PARAGRAPH = 0.1
_SMALLEST_BUDGET = 32


class ChunkSettings(BaseModel):
    """How long passages are; lengths in tokens of the embedder in use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_tokens: int = Field(default=200, ge=16, le=8192, description="a passage's text is at most this long")
    max_tokens: int = Field(
        default=256, ge=32, le=8192, description="title, heading and text together; the embedder reads no more"
    )
    overlap_tokens: int = Field(
        default=0, ge=0, le=1024, description="whole sentences repeated from the passage before, within a section"
    )

    @property
    def fingerprint(self) -> str:
        """Changes whenever documents would be cut differently."""
        return hashlib.sha256(f"chunker {CHUNKER} {self.model_dump_json()}".encode()).hexdigest()[:16]


class _Piece(NamedTuple):
    """A unit with the marks before it: the smallest stretch that is never cut."""

    start: int
    end: int
    tokens: int
    cut_cost: float


def passages_of(document: Document, settings: ChunkSettings, count_tokens: CountTokens) -> Iterator[Passage]:
    """The passages of ``document`` in reading order; ``document.text[p.start:p.end] == p.text``.

    A section that fits is one passage. A longer one is cut into passages of similar length, never inside
    a sentence, list item or table row, and where possible not within a list or right after the line that
    introduces one. A passage that begins within a list has the lines that introduce it as the last parts
    of its heading. A single sentence longer than the target is a passage of its own. A section without a
    letter or digit gives no passage.
    """
    ordinal = 0
    for section in document.sections:
        title = heading_path(document.biblio.title, section.heading)
        budget = max(_SMALLEST_BUDGET, min(settings.target_tokens, settings.max_tokens - count_tokens(title)))
        for start, end, lead_ins in _spans(document.text, section, budget, settings.overlap_tokens, count_tokens):
            text = document.text[start:end]
            if not any(character.isalnum() for character in text):
                continue
            yield Passage(
                id=f"{document.id}#{ordinal}",
                document_id=document.id,
                corpus=document.corpus,
                ordinal=ordinal,
                heading=(*section.heading, *lead_ins),
                text=text,
                start=start,
                end=end,
                biblio=document.biblio,
            )
            ordinal += 1


def _spans(
    text: str, section: Section, budget: int, overlap: int, count_tokens: CountTokens
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Start, end and the missing lead-in lines of each passage of a section."""
    body = text[section.start : section.end]
    if count_tokens(body) <= budget:
        yield section.start, section.end, ()
        return
    overlap = min(overlap, budget // 2)
    units = quotable_units(body)
    pieces = _pieces(body, units, count_tokens)
    by_start = {unit.start: unit for unit in units}
    first = 0
    for cut in _best_cuts(pieces, budget - overlap):
        begin = _with_overlap(pieces, first, overlap)
        lead_ins = tuple(body[span.start : span.end] for span in _lead_ins(units[begin], by_start))
        yield section.start + pieces[begin].start, section.start + pieces[cut - 1].end, lead_ins
        first = cut


def _lead_ins(unit: Unit, by_start: Mapping[int, Unit]) -> list[Span]:
    """The lines that introduce ``unit``, outermost first; all of them lie before it."""
    chain: list[Span] = []
    lead_in = unit.lead_in
    while lead_in is not None:
        chain.insert(0, lead_in)
        lead_in = by_start[lead_in.start].lead_in
    return chain


def _pieces(body: str, units: Sequence[Unit], count_tokens: CountTokens) -> list[_Piece]:
    extra = count_tokens("")
    pieces = []
    for position, unit in enumerate(units):
        line_start = body.rfind("\n", 0, unit.start) + 1
        # A unit that begins its line takes the line's mark along, so that it is still a list item alone.
        previous_end = units[position - 1].end if position else 0
        start = line_start if line_start >= previous_end else unit.start
        following = units[position + 1] if position + 1 < len(units) else None
        tokens = max(1, count_tokens(body[start : unit.end]) - extra)
        pieces.append(_Piece(start, unit.end, tokens, _cut_cost(body, unit, following)))
    return pieces


def _cut_cost(body: str, unit: Unit, following: Unit | None) -> float:
    """What it costs to end a passage after ``unit``."""
    if following is None:
        return 0.0
    if following.lead_in == (unit.start, unit.end) or unit.kind == "heading":
        return _CUT_AFTER_LEAD_IN
    if following.lead_in is not None or following.kind in ("row", "code"):
        return _CUT_IN_LIST if following.kind == unit.kind else 0.0
    return 0.0 if "\n" in body[unit.end : following.start] else _CUT_IN_PARAGRAPH


def _best_cuts(pieces: Sequence[_Piece], budget: int) -> list[int]:
    """Ends of the passages (indexes into ``pieces``) with the least total cost.

    The passages all aim at the same length, the least that needs no more passages than necessary.
    Dynamic programming over the ends, as in breaking a paragraph into lines.
    """
    total = sum(piece.tokens for piece in pieces)
    aim = total / max(1, -(-total // budget))
    best: list[float] = [0.0]
    came_from = [0]
    for end in range(1, len(pieces) + 1):
        costs = []
        length = 0
        for begin in range(end - 1, -1, -1):
            length += pieces[begin].tokens
            if length > budget and begin < end - 1:
                break
            costs.append((best[begin] + ((length - aim) / aim) ** 2, begin))
        cost, begin = min(costs)
        best.append(cost + pieces[end - 1].cut_cost)
        came_from.append(begin)
    cuts = [len(pieces)]
    while cuts[-1]:
        cuts.append(came_from[cuts[-1]])
    return cuts[-2::-1]


def _with_overlap(pieces: Sequence[_Piece], first: int, overlap: int) -> int:
    """Index of the first piece when whole pieces of up to ``overlap`` tokens are repeated."""
    while first and pieces[first - 1].tokens <= overlap:
        first -= 1
        overlap -= pieces[first].tokens
    return first
