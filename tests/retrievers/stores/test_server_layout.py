"""How a collection on a server is laid out, and searched when its vectors are quantised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from wardround.retrievers.settings import LayoutSettings
from wardround.retrievers.stores import server
from wardround.retrievers.stores.calls import Calls
from wardround.retrievers.stores.server import ServerStore

pytestmark = pytest.mark.filterwarnings("ignore:Local mode performs exact")


class Recording:
    """A client in local mode that remembers what it was asked for."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")
        self.asked: dict[str, dict[str, Any]] = {}

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.client, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.asked[name] = named
            return method(*arguments, **named)

        return call


def created(layout: LayoutSettings | None) -> tuple[Recording, ServerStore]:
    client = Recording()
    return client, ServerStore.create(client, "c", 4, Calls("the local mode"), layout)  # type: ignore[arg-type]


def test_by_default_full_vectors_are_kept_and_no_graph_is_built_while_loading() -> None:
    asked = created(None)[0].asked["create_collection"]
    assert (asked["quantization_config"], asked["shard_number"], asked["replication_factor"]) == (None, 1, 1)
    assert asked["vectors_config"]["dense"].on_disk is None
    assert asked["optimizers_config"].indexing_threshold == 0


def test_a_large_collection_is_sharded_and_keeps_quantised_vectors_in_memory() -> None:
    layout = LayoutSettings(quantization="int8", vectors_on_disk=True, shards=4, replicas=2)
    asked = created(layout)[0].asked["create_collection"]
    assert asked["quantization_config"].scalar == models.ScalarQuantizationConfig(
        type=models.ScalarType.INT8, quantile=0.99, always_ram=True
    )
    assert (asked["vectors_config"]["dense"].on_disk, asked["shard_number"], asked["replication_factor"]) == (
        True,
        4,
        2,
    )
    binary = created(LayoutSettings(quantization="binary"))[0].asked["create_collection"]["quantization_config"]
    assert binary.binary == models.BinaryQuantizationConfig(always_ram=True)


def test_the_best_hits_of_a_large_collection_are_rescored(monkeypatch: pytest.MonkeyPatch) -> None:
    client, store = created(LayoutSettings(quantization="int8"))
    vector = np.array([1, 0, 0, 0], dtype=np.float32)
    store.search_dense(vector, 5)
    assert client.asked["query_batch_points"]["requests"][0].params.quantization is None
    monkeypatch.setattr(server, "EXACT_UP_TO", -1)
    store.search_dense(vector, 5)
    quantization = client.asked["query_batch_points"]["requests"][0].params.quantization
    assert (quantization.rescore, quantization.oversampling) == (True, 2.0)
