"""What retrieved passages did to the answers: over-reliance, help, and gain beyond RAG."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from wardround.evals.statistics.bootstrap import clustered_bootstrap
from wardround.evals.statistics.intervals import Interval, wilson
from wardround.evals.statistics.paired import mcnemar, randomisation_test


@dataclass(frozen=True, slots=True)
class ContextEffects:
    """Two runs of one model over the same questions, without and with passages.

    Attributes:
        over_reliance: of the answers wrong with passages, the share that was right without them (RULE,
            arXiv:2407.05131, section 1); None when no answer with passages is wrong.
        helped: its mirror: of the answers wrong without passages, the share that is right with them; None when
            no answer without passages is wrong.
        difference: accuracy with passages minus accuracy without, in [-1, 1].
        gained: questions right only with passages.
        lost: questions right only without them.
        p_value: two-sided, for that difference: McNemar's exact test, or where questions form clusters the
            randomisation test that swaps whole clusters.
    """

    over_reliance: Interval | None
    helped: Interval | None
    difference: Interval
    gained: int
    lost: int
    p_value: float


def context_effects(
    without: Sequence[bool], with_context: Sequence[bool], clusters: Sequence[Hashable], *, seed: int = 0
) -> ContextEffects:
    """Over-reliance ratio, its mirror and the accuracy gained, each with a 95 % interval.

    The difference is also s3's gain beyond RAG (arXiv:2505.14146) when the first run is naive RAG and the second
    the one to be judged, over the same frozen model.

    Args:
        without: whether each closed-book answer (or, for gain beyond RAG, each naive RAG answer) is right.
        with_context: whether the answer with passages is right; same questions, same order.
        clusters: which questions belong together.
        seed: of the bootstrap.

    Raises:
        ValueError: there is no question, or the lengths differ.
    """
    test = mcnemar(without, with_context)
    wrong_after = [not right for right in with_context]
    wrong_before = [not right for right in without]
    lost = [before and not after for before, after in zip(without, with_context, strict=True)]
    gained = [after and not before for before, after in zip(without, with_context, strict=True)]
    change = [float(after) - float(before) for before, after in zip(without, with_context, strict=True)]
    difference = clustered_bootstrap(change, clusters, seed=seed)
    if difference is None:
        raise ValueError("two runs without any question cannot be compared")
    return ContextEffects(
        over_reliance=_share(lost, wrong_after, clusters, seed),
        helped=_share(gained, wrong_before, clusters, seed),
        difference=difference,
        gained=test.gained,
        lost=test.lost,
        p_value=test.p_value if _independent(clusters) else _clustered_p_value(change, clusters, seed),
    )


def _share(part: Sequence[bool], whole: Sequence[bool], clusters: Sequence[Hashable], seed: int) -> Interval | None:
    """``part`` among ``whole``, with Wilson's interval where the questions are independent."""
    count = sum(whole)
    if count == 0:
        return None
    if _independent(clusters):
        return wilson(sum(part), count)
    ratio = clustered_bootstrap([float(p) for p in part], clusters, [float(w) for w in whole], seed=seed)
    return None if ratio is None else Interval(ratio.estimate, ratio.low, ratio.high, count, ratio.method)


def _clustered_p_value(change: Sequence[float], clusters: Sequence[Hashable], seed: int) -> float:
    """McNemar's test counts a question that is printed twice as two witnesses; its cluster's sum is one."""
    sums: dict[Hashable, float] = {}
    for value, cluster in zip(change, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
    return randomisation_test([0.0] * len(sums), list(sums.values()), seed=seed)


def _independent(clusters: Sequence[Hashable]) -> bool:
    return len(set(clusters)) == len(clusters)
