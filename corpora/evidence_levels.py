"""What kind of evidence a source is, by the publication types that its index gives it.

The order is the usual one of study designs (Oxford Centre for Evidence-Based Medicine, 2011, for questions of
treatment). It says how a source was made, not how well.
"""

from __future__ import annotations

from collections.abc import Sequence

_LEVELS = (
    ("guideline", {"practice guideline", "guideline", "consensus development conference"}),
    ("systematic review", {"meta-analysis", "systematic review", "network meta-analysis"}),
    ("randomised trial", {"randomized controlled trial", "equivalence trial", "pragmatic clinical trial"}),
    (
        "trial, not stated to be randomised",
        {"clinical trial", "controlled clinical trial", "clinical trial, phase ii", "clinical trial, phase iii"},
    ),
    ("observational study", {"observational study", "comparative study", "multicenter study", "twin study"}),
    ("case report", {"case reports"}),
    ("narrative review or opinion", {"review", "editorial", "comment", "letter", "news"}),
)


LEVELS = tuple(level for level, _ in _LEVELS)
"""The levels, the strongest first."""


def evidence_level(publication_types: Sequence[str]) -> str | None:
    """The strongest level that the types stand for; None when none of them tells."""
    types = {one.casefold() for one in publication_types}
    return next((level for level, named in _LEVELS if types & named), None)
