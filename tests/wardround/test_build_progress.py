"""Without a terminal a build says how far it is, how fast, and how long it still takes, now and then."""

from __future__ import annotations

import io

from wardround.commands import build_progress


def told(*steps: tuple[float, int, int | None]) -> list[str]:
    stream = io.StringIO()
    times = iter([second for second, _, _ in steps])
    tell = build_progress._line_per_stage(stream, lambda: next(times))
    for _, done, total in steps:
        tell(done, total, "embed")
    return stream.getvalue().splitlines()


def test_a_line_every_half_minute_holds_rate_and_time_left() -> None:
    # 1000 were in the cache, so the rate is that of the 600 after them
    assert told((0, 1000, 4000), (29, 1500, 4000), (30, 1600, 4000), (31, 1700, 4000)) == [
        "embedding passages",
        "  1600 of 4000, 20/s, 2 min left",
    ]


def test_without_a_total_no_end_is_promised() -> None:
    assert told((0, 0, None), (40, 400, None)) == ["embedding passages", "  400, 10/s"]


def test_without_progress_no_time_is_promised() -> None:
    assert told((0, 5, 10), (40, 5, 10)) == ["embedding passages", "  5 of 10, 0/s"]
