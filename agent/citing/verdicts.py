"""How the verdicts of several passages become one."""

from __future__ import annotations

from collections.abc import Iterable

from wardround.agent.records import Verdict

_ORDER: tuple[Verdict, ...] = ("supported", "partly", "contradicted", "not_found")


def best_verdict(verdicts: Iterable[Verdict]) -> Verdict:
    """What a claim is shown under: one passage that supports it is enough; those against it are shown beside.

    Without any passage that supports it even partly, a contradiction is worth more than silence.
    """
    given = frozenset(verdicts)
    return next((verdict for verdict in _ORDER if verdict in given), "not_found")
