"""The measures of citations that every task with cited answers reports."""

from __future__ import annotations

from wardround.evals.tasks.task import Measure

CITATION_MEASURES = (
    Measure("citation validity", "citations of a passage that was shown", "validity"),
    Measure("citation coverage", "claims with at least one citation", "coverage"),
    Measure("quote match", "quotes that stand word for word at their place", "quote_match"),
    Measure("gold sources cited", "gold documents among the cited ones", "gold_sources"),
)
