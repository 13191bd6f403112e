"""What retrieved passages did to the answers: over-reliance, help, and gain beyond RAG."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from wardround.evals.statistics.bootstrap import clustered_bootstrap
from wardround.evals.statistics.differences import independent, paired_difference
from wardround.evals.statistics.intervals import Interval, wilson


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
    difference, p_value, _ = paired_difference(without, with_context, clusters, seed=seed)
    wrong_after = [not right for right in with_context]
    wrong_before = [not right for right in without]
    lost = [before and not after for before, after in zip(without, with_context, strict=True)]
    gained = [after and not before for before, after in zip(without, with_context, strict=True)]
    return ContextEffects(
        over_reliance=_share(lost, wrong_after, clusters, seed),
        helped=_share(gained, wrong_before, clusters, seed),
        difference=difference,
        gained=sum(gained),
        lost=sum(lost),
        p_value=p_value,
    )


def _share(part: Sequence[bool], whole: Sequence[bool], clusters: Sequence[Hashable], seed: int) -> Interval | None:
    """``part`` among ``whole``, with Wilson's interval where the questions are independent."""
    count = sum(whole)
    if count == 0:
        return None
    if independent(clusters):
        return wilson(sum(part), count)
    ratio = clustered_bootstrap([float(p) for p in part], clusters, [float(w) for w in whole], seed=seed)
    return None if ratio is None else Interval(ratio.estimate, ratio.low, ratio.high, count, ratio.method)
