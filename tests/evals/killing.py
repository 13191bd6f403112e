"""Kills a run again and again, then lets it end; shared by the test and ``benchmarks/evaluation.py``."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.evals.killable_run import ITEMS
from wardround.evals.runner import read_results

ROOT = Path(__file__).parents[2]
REPORTS = ("report.md", "report.json", "report.html")


@dataclass(frozen=True)
class Survived:
    """What was left of a run after its kills and its end.

    Attributes:
        kills: how many ended the run, which had not finished by then.
        kept: stored results after each kill.
        run_twice: items with more than one result.
        missing: items without any.
        differing: reports that are not the bytes of an uninterrupted run's.
    """

    kills: int
    kept: list[int]
    run_twice: int
    missing: int
    differing: list[str]


def kill_and_resume(folder: Path, kills: int, seed: int) -> Survived:
    """Kills (-9) a run at random moments, resumes it to its end, and holds it against one that nobody touched."""
    moments = random.Random(seed)
    killed, whole = folder / "killed", folder / "whole"
    done, kept = 0, []
    for _ in range(kills):
        with _started(killed) as process:
            try:
                process.wait(timeout=moments.uniform(0, 0.08))
            except subprocess.TimeoutExpired:
                process.kill()
            done += process.wait() == -9
        kept.append(sum(1 for _ in read_results(killed)))
    for run in (killed, whole):
        with _started(run) as process:
            if process.wait(timeout=120) != 0:
                raise RuntimeError(f"the run in {run} failed")
    asked = Counter(result.item_id for result in read_results(killed))
    return Survived(
        kills=done,
        kept=kept,
        run_twice=sum(count > 1 for count in asked.values()),
        missing=len({item.id for item in ITEMS} - set(asked)),
        differing=[name for name in REPORTS if (killed / name).read_bytes() != (whole / name).read_bytes()],
    )


def _started(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.evals.killable_run", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    if process.stdout is None or process.stdout.readline() != b"ready\n":
        raise RuntimeError("the run did not start")
    return process
