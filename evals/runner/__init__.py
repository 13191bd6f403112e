"""Asks every question once, whatever interrupts it."""

from wardround.evals.runner.journal import Journal, latest_results, read_results
from wardround.evals.runner.manifest import Manifest, read_manifest
from wardround.evals.runner.run import AnswerItem, RunSummary, run_items
from wardround.evals.runner.selection import Selection

__all__ = [
    "AnswerItem",
    "Journal",
    "Manifest",
    "RunSummary",
    "Selection",
    "latest_results",
    "read_manifest",
    "read_results",
    "run_items",
]
