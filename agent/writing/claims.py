"""From what the model wrote to claims whose citations exist."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wardround.agent.records import DraftClaim
from wardround.agent.writing.forms import MAX_CITATIONS, ClaimReply
from wardround.agent.writing.refusals import states_something
from wardround.agent.writing.showing import Shown
from wardround.prompts import one_line


def read_claims(replies: Sequence[ClaimReply], shown: Shown) -> tuple[tuple[DraftClaim, ...], tuple[str, ...]]:
    """The statements among ``replies``, in order and without repetition, and what had to be corrected.

    An id that was not shown is dropped with a warning and the claim stays, to be marked as unsupported;
    refusals and hedges state nothing and are left out with a warning.
    """
    claims: dict[str, DraftClaim] = {}
    warnings: list[str] = []
    for reply in replies:
        text = one_line(_without_ids(reply.text, shown))
        if not text:
            continue
        if not states_something(text):
            warnings.append(f"left out, because it states nothing that could be checked: {text}")
            continue
        known, unknown = shown.resolve(reply.passage_ids)
        if unknown:
            named = ", ".join(one_line(identity)[:40] for identity in unknown[:MAX_CITATIONS])
            warnings.append(f"the language model cited what it was not shown ({named}); the citation was dropped")
        claims.setdefault(text.casefold(), DraftClaim(text, known[:MAX_CITATIONS], "model"))
    return tuple(claims.values()), tuple(warnings)


def _without_ids(text: str, shown: Shown) -> str:
    """Models like to write ids into the sentence as well; readers get numbered references instead."""
    if not shown.ids:
        return text
    ids = "|".join(map(re.escape, shown.ids))
    return re.sub(rf"\s*[\[(](?:{ids})(?:\s*[,;]\s*(?:{ids}))*[\])]", "", text)
