"""What Qdrant Edge is asked, in its own words."""

from __future__ import annotations

from typing import Any

from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import SparseVector, Where
from wardround.retrievers.stores.conditions import AnyOf, conditions
from wardround.retrievers.stores.engine_store import Asked
from wardround.retrievers.stores.payload import DENSE, SENTENCES, SPARSE
from wardround.retrievers.stores.ranking import HNSW_EF, OVERSAMPLING


def query_request(asked: Asked, exact: bool, *, with_payload: bool = False) -> Any:
    """One search.

    Args:
        asked: for what.
        exact: whether dense search looks at every full vector.
        with_payload: whether passages are wanted, or their keys alone.
    """
    import qdrant_edge

    # There is no graph of sentences, and passages that are named are few.
    scanned = asked.using == SENTENCES or (asked.using == DENSE and (bool(asked.keys) or exact))
    vector = engine_terms(asked.vector) if asked.using == SPARSE else asked.vector
    named = qdrant_edge.Filter(must=[qdrant_edge.HasIdCondition(set(asked.keys))]) if asked.keys else None
    return qdrant_edge.QueryRequest(
        limit=asked.limit,
        query=qdrant_edge.Query.Nearest(vector, using=asked.using),
        filter=named or engine_filter(asked.where),
        with_payload=with_payload,
        params=qdrant_edge.SearchParams(
            exact=scanned,
            hnsw_ef=HNSW_EF,
            quantization=qdrant_edge.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
        ),
    )


def engine_filter(where: Where) -> Any:
    """The engine's filter; None where nothing is restricted."""
    import qdrant_edge

    must: list[Any] = [
        qdrant_edge.FieldCondition(condition.field, match=qdrant_edge.MatchAny(condition.values))
        if isinstance(condition, AnyOf)
        else qdrant_edge.FieldCondition(
            condition.field, range=qdrant_edge.RangeFloat(gte=condition.first, lte=condition.last)
        )
        for condition in conditions(where)
    ]
    if where.passage_ids:
        must.append(qdrant_edge.HasIdCondition(set(map(passage_key, where.passage_ids))))
    return qdrant_edge.Filter(must=must) if must else None


def engine_terms(vector: SparseVector) -> Any:
    """A sparse vector."""
    import qdrant_edge

    return qdrant_edge.SparseVector(list(vector.indices), list(vector.values))
