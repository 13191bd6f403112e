"""Benchmarks judge their figures against the targets they are given, all of them and no others."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[2] / "benchmarks" / "figures.py"


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_figures", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(__import__("sys").modules, "benchmark_figures", module)
    spec.loader.exec_module(module)
    targets = tmp_path / "targets.toml"
    targets.write_text(
        '[s.seconds]\nat_most = 2\nmeaning = "how long"\n[s.share]\nat_least = 0.9\nmeaning = "how many"\n'
    )
    monkeypatch.setattr(module, "TARGETS", targets)
    return module


@pytest.mark.parametrize(
    ("seconds", "share", "reached"),
    [(2.0, 0.9, [True, True]), (2.1, 0.95, [False, True]), (1.0, 0.89, [True, False])],
)
def test_a_target_is_reached_on_its_right_side(
    figures: ModuleType, seconds: float, share: float, reached: list[bool]
) -> None:
    found = figures.judged("s", {"seconds": seconds, "share": share}, {})
    assert [one.reached for one in found] == reached


def test_a_figure_that_was_not_measured_is_a_mistake(figures: ModuleType) -> None:
    with pytest.raises(KeyError, match="share"):
        figures.judged("s", {"seconds": 1.0}, {})


def test_the_table_and_the_last_line_hold_every_figure(figures: ModuleType) -> None:
    found = figures.judged("s", {"seconds": 2.5, "share": 0.91}, {"seconds": "7: 2.4-2.6"})
    assert figures.table(found) == (
        "         figure   value  target  runs        meaning\n"
        "SHORT    seconds  2.5    <= 2    7: 2.4-2.6  how long\n"
        "reached  share    0.91   >= 0.9              how many"
    )
    line = json.loads(figures.as_json(found))
    assert (line["seconds"], line["share"]) == (2.5, 0.91)
