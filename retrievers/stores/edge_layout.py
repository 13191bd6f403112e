"""How the vectors of a store in a folder are laid out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wardround.retrievers.settings import Quantization
from wardround.retrievers.stores.payload import DENSE, SENTENCES, SPARSE

_CONFIG = "edge_config.json"
_QUANTILE = 0.99


def edge_config(dimension: int, *, sentences: bool, quantization: Quantization) -> Any:
    """The engine's configuration of a new store.

    Quantised vectors have no graph: a scan over them is short enough for what one folder holds.
    """
    import qdrant_edge

    cosine = qdrant_edge.Distance.Cosine
    without_graph = qdrant_edge.HnswIndexConfig(m=0, ef_construct=4, full_scan_threshold=0)
    dense = qdrant_edge.EdgeVectorParams(size=dimension, distance=cosine)
    if quantization != "none":
        dense = qdrant_edge.EdgeVectorParams(
            size=dimension, distance=cosine, quantization_config=_quantised(quantization), hnsw_config=without_graph
        )
    vectors = {DENSE: dense}
    if sentences:
        vectors[SENTENCES] = qdrant_edge.EdgeVectorParams(
            size=dimension,
            distance=cosine,
            multivector_config=qdrant_edge.MultiVectorConfig(qdrant_edge.MultiVectorComparator.MaxSim),
            datatype=qdrant_edge.VectorStorageDatatype.Float16,
            hnsw_config=without_graph,
        )
    return qdrant_edge.EdgeConfig(
        vectors=vectors,
        sparse_vectors={SPARSE: qdrant_edge.EdgeSparseVectorParams(modifier=qdrant_edge.Modifier.Idf)},
        wal_enabled=False,
    )


def quantization_of(folder: Path) -> Quantization:
    """How the store in ``folder`` was made, as the engine's own file says; "none" where there is no such file."""
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        found = config["vectors"][DENSE].get("quantization_config") or {}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return "none"  # the engine refuses a damaged store in its own words
    if "scalar" in found:
        return "int8"
    return "binary" if "binary" in found else "none"


def _quantised(kind: Quantization) -> Any:
    import qdrant_edge

    if kind == "binary":
        return qdrant_edge.BinaryQuantizationConfig(always_ram=True)
    return qdrant_edge.ScalarQuantizationConfig(type=qdrant_edge.ScalarType.Int8, quantile=_QUANTILE, always_ram=True)
