"""Passages that the tests of the judges share."""

from wardround.agent.records import DraftClaim
from wardround.corpora.records import Biblio, Passage


def passage(
    text: str, identity: str = "g:1#0", *, title: str = "Septic shock", heading: tuple[str, ...] = ()
) -> Passage:
    """A passage whose text is the whole document."""
    return Passage(
        id=identity,
        document_id=identity.partition("#")[0],
        corpus="g",
        ordinal=0,
        heading=heading,
        text=text,
        start=0,
        end=len(text),
        biblio=Biblio(title=title),
    )


def claim(text: str, *passages: Passage) -> DraftClaim:
    """A written claim that cites ``passages``."""
    return DraftClaim(text, tuple(one.id for one in passages), "model")
