"""What 32 retrieved snippets did to GPT-3.5 and GPT-4 on MIRAGE, from the raw generations.

Run it again with ``python -m wardround.evals.studies.context_effects_of_mirage --data DATA --out docs/results``, where
``DATA`` holds the tasks' data folders and ``mirage_raw``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from wardround.evals.predictions import Rescored, read_predictions, rescore
from wardround.evals.report.wording import interval_figures
from wardround.evals.scoring import ChoiceScorer, MirageScorer
from wardround.evals.statistics import ContextEffects, context_effects, holm
from wardround.evals.studies.comparison import Comparison
from wardround.evals.studies.context_effects_page import page
from wardround.evals.tasks import MIRAGE_TASKS
from wardround.files import write_atomically

MODELS = {"GPT-3.5": "gpt-35-turbo-16k", "GPT-4": "gpt-4-32k"}
NAME = "mirage-context-effects"


def compare(rescored: Rescored) -> list[Comparison]:
    """Every model on every task of MIRAGE, in the order of its tables.

    Raises:
        EvaluationError: the generations of a model on a task are missing.
    """
    found: list[Comparison] = []
    for task in MIRAGE_TASKS.values():
        for model, stored in MODELS.items():
            alone, helped = (rescored.system(task.name, f"{way}/{stored}") for way in ("cot", "rag_32"))
            clusters = [item.cluster for item in alone.items]
            found.append(
                Comparison(
                    task=task.name,
                    model=model,
                    closed_book=alone.accuracy,
                    with_snippets=helped.accuracy,
                    effects=context_effects(alone.right, helped.right, clusters),
                    official=context_effects(alone.officially_right, helped.officially_right, clusters),
                    p_value=1.0,
                )
            )
    adjusted = holm([comparison.effects.p_value for comparison in found])
    return [replace(comparison, p_value=p_value) for comparison, p_value in zip(found, adjusted, strict=True)]


def figures(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """The study's figures for programs; everything is a share in [-1, 1]."""
    return [
        {
            "task": c.task,
            "model": c.model,
            "closed_book": interval_figures(c.closed_book),
            "with_snippets": interval_figures(c.with_snippets),
            "gain_beyond_rag_of_closed_book": interval_figures(c.gain_beyond_rag),
            "p_value_holm": round(c.p_value, 6),
            "changed": {"gained": c.effects.gained, "lost": c.effects.lost},
            **_readings("ours", c.effects),
            **_readings("mirage_compatible", c.official),
        }
        for c in comparisons
    ]


def fingerprint(data: Path) -> dict[str, Any]:
    """What the figures depend on: the bytes of every input and the scorers with their versions."""
    inputs = [data / "mirage_raw" / f"{name}.jsonl.gz" for name in MIRAGE_TASKS]
    inputs += sorted({data / task.folder / "questions.jsonl" for task in MIRAGE_TASKS.values()})
    return {
        "inputs": {
            path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in inputs
        },
        "scorers": [ChoiceScorer.name, MirageScorer.name],
    }


def run(data: Path, out: Path, on: date) -> list[Path]:
    """Scores the generations and writes the page and its figures; returns both paths."""
    rescored = rescore(read_predictions(data / "mirage_raw", "mirage"), data)
    comparisons = compare(rescored)
    print_of = fingerprint(data)
    stored = {"date": on.isoformat(), "fingerprint": print_of, "comparisons": figures(comparisons)}
    files = {
        out / f"{NAME}.md": page(comparisons, rescored, print_of, on),
        out / f"{NAME}.json": json.dumps(stored, indent=2) + "\n",
    }
    for path, text in files.items():
        write_atomically(path, text)
    return list(files)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of the study."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets and of mirage_raw")
    parser.add_argument("--out", type=Path, default=Path("docs/results"), help="folder for the page and its figures")
    parser.add_argument("--date", type=date.fromisoformat, default=date.today(), help="date the page carries")
    chosen = parser.parse_args(arguments)
    run(chosen.data, chosen.out, chosen.date)


def _readings(name: str, effects: ContextEffects) -> dict[str, Any]:
    return {
        name: {
            "over_reliance": interval_figures(effects.over_reliance),
            "helped": interval_figures(effects.helped),
            "snippets_minus_closed_book": interval_figures(effects.difference),
        }
    }


if __name__ == "__main__":
    main()
