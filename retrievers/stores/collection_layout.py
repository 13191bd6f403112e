"""How the vectors of a collection on a Qdrant server are laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wardround.retrievers.settings import LayoutSettings, Quantization
from wardround.retrievers.stores.payload import DENSE, SENTENCES

if TYPE_CHECKING:
    from qdrant_client import models


def vector_params(dimension: int, layout: LayoutSettings, *, sentences: bool) -> dict[str, models.VectorParams]:
    """One dense vector a passage and, with ``sentences``, one of each sentence in 16 bits, without a graph, on disk."""
    from qdrant_client import models

    cosine = models.Distance.COSINE
    on_disk = True if layout.vectors_on_disk else None
    params = {DENSE: models.VectorParams(size=dimension, distance=cosine, on_disk=on_disk)}
    if sentences:
        params[SENTENCES] = models.VectorParams(
            size=dimension,
            distance=cosine,
            multivector_config=models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM),
            datatype=models.Datatype.FLOAT16,
            hnsw_config=models.HnswConfigDiff(m=0),
            on_disk=True,
        )
    return params


def quantization(kind: Quantization) -> models.QuantizationConfig | None:
    """What is kept in memory instead of the full vectors, by which the best hits are scored again."""
    from qdrant_client import models

    match kind:
        case "none":
            return None
        case "int8":
            scalar = models.ScalarQuantizationConfig(type=models.ScalarType.INT8, quantile=0.99, always_ram=True)
            return models.ScalarQuantization(scalar=scalar)
        case "binary":
            return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
