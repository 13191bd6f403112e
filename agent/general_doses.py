"""The dose that patients in general get is not given beside words on what makes this patient different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wardround.agent.citing.doses import gives_dose
from wardround.agent.quoting.qualifiers import has_doses_of_its_own, speaks_to_a_qualifier
from wardround.agent.records import VerifiedClaim
from wardround.corpora.records import Passage

LEFT_OUT = "a statement was left out, because its source does not relate the dose it gives to this patient"


def without_general_doses(
    question: str, claims: Sequence[VerifiedClaim], passages: Mapping[str, Passage]
) -> tuple[tuple[VerifiedClaim, ...], tuple[str, ...]]:
    """The claims that may stand side by side, and a warning for each other one.

    Where a claim's quotes, their title or their headings speak to a qualifier of the question (pregnancy, kidney
    function, a child ...), a dose that none of them relates to it is left out, whatever the claim itself says. Where no
    claim speaks to one, all are kept, unless it is a child: the answer then names what it does not speak to.

    Args:
        question: stands alone.
        claims: verified, in the order of the answer.
        passages: by id, those that the claims quote.
    """
    speaking = [speaks_to_a_qualifier(question, _in_context(claim, passages)) for claim in claims]
    if not any(speaking) and not has_doses_of_its_own(question):
        return tuple(claims), ()
    kept = tuple(claim for claim, speaks in zip(claims, speaking, strict=True) if speaks or not gives_dose(claim.text))
    return kept, (LEFT_OUT,) * (len(claims) - len(kept))


def _in_context(claim: VerifiedClaim, passages: Mapping[str, Passage]) -> str:
    quoted = [quote.text for quote in claim.quotes]
    places = [passages[quote.passage_id].path for quote in claim.quotes]
    return "\n".join([*quoted, *places])
