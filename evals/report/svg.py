"""The figures of a report as inline SVG: drawn for a phone's width, styled by the page, readable without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from wardround.evals.report.wording import percent
from wardround.evals.statistics import Interval, Reliability

WIDTH = 360
_LEFT, _RIGHT = 10, 350
_ROW = 40


def intervals_figure(title: str, rows: Sequence[tuple[str, Interval]], reference: float | None = None) -> str:
    """One line a row with its estimate as a dot and its interval as a bar, on a scale from 0 to 100 %.

    Args:
        title: read aloud in place of the figure.
        rows: label and interval.
        reference: a share marked by a dashed line, such as the overall accuracy.
    """
    height = _ROW * len(rows) + 22
    parts = [_axis(height - 16)]
    for number, (label, interval) in enumerate(rows):
        top = number * _ROW
        parts.append(f'<text x="{_LEFT}" y="{top + 14}">{escape(_short(label))}</text>')
        parts.append(f'<text class="figure" x="{_RIGHT}" y="{top + 14}">{percent(interval)} · {interval.n}</text>')
        middle = top + 26
        if reference is not None:
            at = _x(reference)
            parts.append(f'<line class="reference" x1="{at}" x2="{at}" y1="{top + 18}" y2="{top + 35}"/>')
        parts.append(
            f'<line class="whisker" x1="{_x(interval.low)}" x2="{_x(interval.high)}" y1="{middle}" y2="{middle}"/>'
        )
        parts.append(f'<circle class="dot" cx="{_x(interval.estimate)}" cy="{middle}" r="4"/>')
    return _drawing(title, height, parts)


def reliability_figure(title: str, found: Reliability) -> str:
    """Accuracy with its interval against stated confidence; on the dashed diagonal the two agree."""
    height = 340
    bottom, span = 310, 300

    def y(share: float) -> str:
        return f"{bottom - share * span:.1f}"

    parts = [
        f'<line class="reference" x1="{_x(0)}" y1="{y(0)}" x2="{_x(1)}" y2="{y(1)}"/>',
        f'<line class="axis" x1="{_x(0)}" y1="{y(0)}" x2="{_x(1)}" y2="{y(0)}"/>',
        f'<line class="axis" x1="{_x(0)}" y1="{y(0)}" x2="{_x(0)}" y2="{y(1)}"/>',
        f'<text x="{_LEFT}" y="{height - 12}">stated confidence, 0 to 100 %, upwards: share right</text>',
    ]
    for b in found.bins:
        at = _x(b.confidence)
        parts.append(
            f'<line class="whisker" x1="{at}" x2="{at}" y1="{y(b.accuracy.low)}" y2="{y(b.accuracy.high)}"/>'
            f'<circle class="dot" cx="{at}" cy="{y(b.accuracy.estimate)}" r="4"/>'
        )
    return _drawing(title, height, parts)


def histogram_figure(title: str, counts: Mapping[str, int]) -> str:
    """One bar a value with its count written beside it."""
    most = max(counts.values(), default=1) or 1
    parts = []
    for number, (label, count) in enumerate(counts.items()):
        top = number * _ROW
        parts.append(f'<text x="{_LEFT}" y="{top + 14}">{escape(_short(label))}</text>')
        parts.append(f'<text class="figure" x="{_RIGHT}" y="{top + 14}">{count}</text>')
        parts.append(
            f'<rect class="bar" x="{_LEFT}" y="{top + 19}" width="{(_RIGHT - _LEFT) * count / most:.1f}" height="12"/>'
        )
    return _drawing(title, _ROW * len(counts), parts)


def trade_off_figure(title: str, points: Sequence[tuple[str, float, Interval]]) -> str:
    """Headline scores with their intervals against what they cost.

    Args:
        title: read aloud in place of the figure.
        points: label, cost (at least 0) and headline.
    """
    height, bottom, span = 340, 300, 280
    most = max((cost for _, cost, _ in points), default=0) or 1

    def y(share: float) -> str:
        return f"{bottom - share * span:.1f}"

    parts = [
        f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{_RIGHT}" y2="{bottom}"/>',
        f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{_LEFT}" y2="{y(1)}"/>',
        f'<text class="figure" x="{_RIGHT}" y="{bottom + 16}">cost, 0 to {most:.0f}; upwards 0 to 100 %</text>',
    ]
    for label, cost, interval in points:
        # Labels stand to the left of points in the right half, so that none leaves the drawing.
        at, aside, side = (_x(cost / most), -7, "figure") if cost > most / 2 else (_x(cost / most), 7, "label")
        parts.append(
            f'<line class="whisker" x1="{at}" x2="{at}" y1="{y(interval.low)}" y2="{y(interval.high)}"/>'
            f'<circle class="dot" cx="{at}" cy="{y(interval.estimate)}" r="4"/>'
            f'<text class="{side}" x="{float(at) + aside:.1f}" '
            f'y="{float(y(interval.estimate)) - 6:.1f}">{escape(_short(label, 22))}</text>'
        )
    return _drawing(title, height, parts)


def _axis(bottom: int) -> str:
    ticks = "".join(
        f'<line class="axis" x1="{_x(share)}" x2="{_x(share)}" y1="{bottom}" y2="{bottom + 3}"/>'
        f'<text class="tick" x="{_x(share)}" y="{bottom + 13}">{100 * share:.0f}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    )
    return ticks + f'<line class="axis" x1="{_LEFT}" x2="{_RIGHT}" y1="{bottom}" y2="{bottom}"/>'


def _drawing(title: str, height: int, parts: Sequence[str]) -> str:
    name = escape(title)
    return (
        f'<svg role="img" aria-label="{name}" viewBox="0 0 {WIDTH} {height}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{name}</title>{''.join(parts)}</svg>"
    )


def _x(share: float) -> str:
    return f"{_LEFT + share * (_RIGHT - _LEFT):.1f}"


def _short(label: str, most: int = 30) -> str:
    return label if len(label) <= most else label[: most - 1] + "…"
