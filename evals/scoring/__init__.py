"""From raw text to a score, without ever guessing an answer."""

from wardround.evals.scoring.choice import ChoiceScorer, MirageScorer
from wardround.evals.scoring.letters import Reading, read_choice, read_letter
from wardround.evals.scoring.mirage import OfficialLetter, mirage_letter

__all__ = [
    "ChoiceScorer",
    "MirageScorer",
    "OfficialLetter",
    "Reading",
    "mirage_letter",
    "read_choice",
    "read_letter",
]
