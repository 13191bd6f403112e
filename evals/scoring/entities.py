"""Are the right things named? BioASQ's factoid and list questions, in answers of any form."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.scoring.citations import citation_figures
from wardround.evals.scoring.results import said, without_text
from wardround.evals.scoring.rouge import rouge_2, rouge_su4

_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*\S)\s*$", re.MULTILINE)


class EntityScorer:
    """The share of the expected entities that the answer names, under any of their accepted names.

    An answer that is an explicit list (bullets, numbers, or a JSON list under ``answer``) is also scored as BioASQ
    does: ``strict`` and ``lenient`` (first, or one of the first five, is right) and ``mrr`` for factoids,
    ``precision``, ``recall`` and ``f1`` for lists.
    """

    name = "entities-1"

    def score(self, item: Item, result: ItemResult) -> Score:
        """Headline: expected entities named in the text, as a share in [0, 1]."""
        if (empty := without_text(item, result)) is not None:
            return empty
        text = said(result)
        named = [entity for entity in item.gold.entities if _names(text, entity)]
        figures = {
            **_listed_figures(read_list(text), item.gold.entities),
            **ideal_figures(text, item),
            **citation_figures(item, result),
        }
        words = ", ".join(entity[0] for entity in named)
        reason = f"{len(named)} of {len(item.gold.entities)} named"
        return Score(item.id, "answered", len(named) / len(item.gold.entities), words or None, reason, figures)


class IdealAnswerScorer:
    """ROUGE-2 against the accepted ideal answers, with ROUGE-SU4 beside it; a measure of wording, not of truth."""

    name = "ideal-answer-1"

    def score(self, item: Item, result: ItemResult) -> Score:
        """Headline: ROUGE-2 F1 with the nearest reference."""
        if (empty := without_text(item, result)) is not None:
            return empty
        text = said(result)
        figures = {**ideal_figures(text, item), **citation_figures(item, result)}
        return Score(item.id, "answered", figures["rouge_2"], text, "compared with the ideal answers", figures)


def ideal_figures(text: str, item: Item) -> Mapping[str, float]:
    """ROUGE against the item's ideal answers; nothing when it has none."""
    references = item.gold.references
    return {"rouge_2": rouge_2(text, references), "rouge_su4": rouge_su4(text, references)} if references else {}


def read_list(text: str) -> list[str]:
    """The entries of an answer that is an explicit list, best first; empty when it is prose."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or such as Python does not read
        return [entry.strip("*_ ") for entry in _BULLET.findall(text)]
    listed = value.get("answer") if isinstance(value, dict) else value
    return [str(entry) for entry in listed] if isinstance(listed, list) else []


def _listed_figures(listed: Sequence[str], expected: Sequence[Sequence[str]]) -> dict[str, float]:
    if not listed:
        return {}
    right = [any(_same(entry, name) for names in expected for name in names) for entry in listed]
    first = next((rank for rank, hit in enumerate(right[:5], start=1) if hit), None)
    found = sum(any(_same(entry, name) for entry in listed for name in names) for names in expected)
    precision, recall = sum(right) / len(right), found / len(expected)
    return {
        "strict": float(right[0]),
        "lenient": float(first is not None),
        "mrr": 1 / first if first else 0.0,
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
    }


def _names(text: str, synonyms: Sequence[str]) -> bool:
    padded = f" {_plain(text)} "
    return any(f" {_plain(name)} " in padded for name in synonyms if _plain(name))


def _same(entry: str, name: str) -> bool:
    return _plain(entry) == _plain(name)


def _plain(text: str) -> str:
    """Letters, digits and single spaces: hyphens, case and brackets make no difference between names."""
    return " ".join(re.findall(r"\w+", text.casefold()))
