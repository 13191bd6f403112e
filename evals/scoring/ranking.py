"""How good a ranking is, by the measures of trec_eval."""

from __future__ import annotations

from wardround.evals.records import Item, ItemResult, Score
from wardround.evals.retrieval.measures import Measure

HEADLINE = Measure.named("nDCG@10")
FURTHER = tuple(Measure.named(name) for name in ("R@10", "R@100", "AP", "RR"))


class RankingScorer:
    """nDCG@10 of the passage ids in a result's text, one a line and best first; further measures as figures.

    Every measure counts a search that failed as one that found nothing, so that all of them are means over the same
    queries.
    """

    name = "ranking-2"

    def score(self, item: Item, result: ItemResult) -> Score:
        """The measures of one query; a search that found nothing scores 0."""
        if result.failure is not None:
            nothing = {str(measure): 0.0 for measure in FURTHER}
            return Score(item.id, "failed", 0.0, None, result.failure, nothing)
        ranking = result.text.splitlines()
        first = next((rank for rank, one in enumerate(ranking, 1) if item.gold.relevance.get(one, 0) > 0), None)
        return Score(
            item_id=item.id,
            outcome="answered",
            value=HEADLINE.of(ranking, item.gold.relevance),
            answer=", ".join(ranking[:10]),
            reason="no relevant passage is found" if first is None else f"the first relevant passage has rank {first}",
            figures={str(measure): measure.of(ranking, item.gold.relevance) for measure in FURTHER},
        )
