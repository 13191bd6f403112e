"""What kind of evidence a source is, by the publication types and MeSH headings that its index gives it.

The order is the usual one of study designs (Oxford Centre for Evidence-Based Medicine, 2011, for questions of
treatment), with what only tells of studies behind the studies. It says how a source was made, not how well.

Levels are stored in indexes: whoever changes what is found here raises ``SCHEMA_VERSION`` of their manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wardround.corpora.mesh import descriptor


class Level(NamedTuple):
    """A step of the ladder.

    Attributes:
        name: as answers show it.
        word: as it is typed.
        publication_types: any of them stands for it, in lower case.
        headings: MeSH descriptors, likewise: PubMed has no publication type for these designs, but files a cohort
            study under its heading.
    """

    name: str
    word: str
    publication_types: frozenset[str]
    headings: frozenset[str] = frozenset()


LADDER = (
    Level("guideline", "guideline", frozenset({"practice guideline", "guideline", "consensus development conference"})),
    Level(
        "systematic review",
        "systematic-review",
        frozenset({"meta-analysis", "systematic review", "network meta-analysis"}),
    ),
    Level(
        "randomised trial",
        "rct",
        frozenset({"randomized controlled trial", "equivalence trial", "pragmatic clinical trial"}),
    ),
    Level(
        "trial, not stated to be randomised",
        "trial",
        frozenset(
            {"clinical trial", "controlled clinical trial", "clinical trial, phase ii", "clinical trial, phase iii"}
        ),
    ),
    Level(
        "cohort study",
        "cohort",
        frozenset({"cohort study", "cohort studies"}),
        frozenset({"cohort studies", "follow-up studies", "longitudinal studies", "prospective studies"}),
    ),
    Level(
        "observational study",
        "observational",
        frozenset({"observational study", "comparative study", "multicenter study", "twin study"}),
        frozenset({"case-control studies", "cross-sectional studies", "retrospective studies"}),
    ),
    Level("case report", "case-report", frozenset({"case reports", "case report"})),
    Level("textbook", "textbook", frozenset({"textbook"})),
    Level(
        "narrative review or opinion",
        "review",
        frozenset({"review", "review article", "editorial", "comment", "letter", "news"}),
    ),
)
"""The levels, the strongest first."""

LEVELS = tuple(level.name for level in LADDER)
"""Their names."""

_WEAKEST_STUDY = LEVELS.index("observational study")


def evidence_level(publication_types: Sequence[str], mesh: Sequence[str] = ()) -> str | None:
    """The name of the strongest level that the types or headings stand for; None when none of them tells.

    What its types call a case report, a textbook, a review or an opinion is that, whatever its headings: they may be
    what it speaks about.
    """
    types = {one.casefold() for one in publication_types}
    by_type = next((place for place, level in enumerate(LADDER) if types & level.publication_types), None)
    if by_type is not None and by_type > _WEAKEST_STUDY:
        return LEVELS[by_type]
    headings = {descriptor(one).casefold() for one in mesh}
    by_heading = next((place for place, level in enumerate(LADDER) if headings & level.headings), None)
    found = [place for place in (by_type, by_heading) if place is not None]
    return LEVELS[min(found)] if found else None
