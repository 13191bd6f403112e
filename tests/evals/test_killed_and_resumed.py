"""Twenty times kill -9 at random moments, then to the end: the report is that of a run nobody touched."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.evals.killable_run import ITEMS
from wardround.evals.runner import read_results

ROOT = Path(__file__).parents[2]
KILLS = 20


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.evals.killable_run", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.slow
def test_twenty_kills_leave_no_trace_in_the_report(tmp_path: Path) -> None:
    moments = random.Random(7)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    kept = []
    for _ in range(KILLS):
        with start(killed) as process:
            try:
                process.wait(timeout=moments.uniform(0, 0.08))
            except subprocess.TimeoutExpired:
                process.kill()
            assert process.wait() == -9, "the run ended before it could be killed: give it more items"
        kept.append(sum(1 for _ in read_results(killed)))
    assert kept == sorted(kept)
    assert 0 < kept[-1] < len(ITEMS)
    for folder in (killed, whole):
        with start(folder) as process:
            assert process.wait(timeout=120) == 0
    asked = Counter(result.item_id for result in read_results(killed))
    assert set(asked.values()) == {1}
    assert set(asked) == {item.id for item in ITEMS}
    for name in ("report.md", "report.json", "report.html"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()
