"""Whether quotations are what they say: the passage's own words at their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardround.agent.records import DraftClaim
from wardround.corpora.records import Passage

_WORD = re.compile(r"\w+")


def quotes_stand(claim: DraftClaim, passages: Sequence[Passage]) -> bool:
    """Whether every quote of ``claim`` stands in its passage at its offsets, and the claim says nothing else.

    Beside the quotes, the claim's text may only use words of the title and the headings that they stand under.
    """
    if not claim.quotes:
        return False
    cited = {passage.id: passage for passage in passages}
    words: set[str] = set()
    for quote in claim.quotes:
        passage = cited.get(quote.passage_id)
        if passage is None or not quote.text or passage.text[quote.start : quote.end] != quote.text:
            return False
        words.update(_WORD.findall(passage.contents))
    return words.issuperset(_WORD.findall(claim.text))
