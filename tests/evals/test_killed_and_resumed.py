"""Twenty times kill -9 at random moments, then to the end: the report is that of a run nobody touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.killable_run import ITEMS
from tests.evals.killing import kill_and_resume


@pytest.mark.slow
def test_twenty_kills_leave_no_trace_in_the_report(tmp_path: Path) -> None:
    survived = kill_and_resume(tmp_path, kills=20, seed=7)
    assert survived.kills == 20, "the run ended before it could be killed: give it more items"
    assert survived.kept == sorted(survived.kept)
    assert 0 < survived.kept[-1] < len(ITEMS)
    assert (survived.run_twice, survived.missing, survived.differing) == (0, 0, [])
