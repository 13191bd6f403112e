"""Several comparisons at once: Holm's correction."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given; one below ``alpha`` is significant with family-wise error ``alpha``.

    The smallest of ``m`` p-values is multiplied by ``m``, the next by ``m - 1`` and so on; none may fall below
    the one before it, and none passes 1 (Holm 1979).
    """
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = floor
    return adjusted
