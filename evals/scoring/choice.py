"""Scores multiple-choice answers: one for the right letter, nothing for anything else."""

from __future__ import annotations

from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.scoring.letters import Reading, read_letter
from wardround.evals.scoring.mirage import mirage_letter


class ChoiceScorer:
    """Our own reading: a letter counts only where it is stated, see ``read_letter``."""

    name = "stated-letter-1"

    def score(self, item: Item, result: ItemResult) -> Score:
        """1 for the gold letter; unparsed, refused and failed are 0 and keep their outcome."""
        reading = self._read(item, result)
        right = reading.letter is not None and reading.letter == item.gold.letter
        return Score(item.id, reading.outcome, float(right), reading.letter, reading.reason)

    def _read(self, item: Item, result: ItemResult) -> Reading:
        if result.failure is not None:
            return Reading(None, "failed", result.failure)
        if result.answer is None:
            return read_letter(result.text, item.options)
        choice = result.answer.get("choice")
        if choice is None:
            return Reading(None, "refused", "the system chose no option")
        if choice not in item.options:
            return Reading(None, "unparsed", f"{choice} is not an option")
        return Reading(str(choice), "answered", "the system's own choice")


class MirageScorer:
    """The official MIRAGE scorer's reading, which says "A" when it finds no letter; for comparison only."""

    name = "mirage-official-1"

    def score(self, item: Item, result: ItemResult) -> Score:
        """1 for the gold letter as the official scorer reads it; every result counts as answered.

        A result that failed has no text, and the official scorer reads "A" out of nothing.
        """
        letter, rule = mirage_letter(result.text)
        return Score(item.id, "answered", float(letter == item.gold.letter), letter, rule or 'no letter found, so "A"')
