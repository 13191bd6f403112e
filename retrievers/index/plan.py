"""What an index of many passages will need: disk, memory, hours and servers.

Memory of vectors, and payload on disk, follow Qdrant's capacity planning guide: number * dimension * bytes * 1.5 and
number * payload * 1.5, where the half more is for indexes, versions and segments under optimisation. Rates and sizes of
passages are measured, by ``measure``, on the machine that is going to build.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from wardround.corpora.records import Passage
from wardround.errors import InputError
from wardround.retrievers.analysis import analyse
from wardround.retrievers.protocols import Embedder
from wardround.retrievers.settings import Quantization
from wardround.retrievers.stores.payload import to_payload

_OVERHEAD = 1.5
_BYTES_A_NUMBER = {"none": 4.0, "int8": 1.0, "binary": 1 / 8}
_SPARSE_ENTRY_BYTES = 8  # a term's number and its weight
_CACHE_ROW_BYTES = 100  # key, embedder and the two entries of SQLite's trees beside the vector
_SPOOL_ROW_BYTES = 500  # a key of near-duplicates in each of eight bands, with their index
_USABLE_MEMORY = 0.75
_SHARDS_A_NODE = 2
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on a sample of passages.

    Attributes:
        dimension: of the embedder.
        passages_a_second: that the embedder makes vectors of.
        payload_bytes: mean size of a passage as it is stored, in JSON.
        terms: mean number of different terms of a passage.
    """

    dimension: int
    passages_a_second: float
    payload_bytes: float
    terms: float


@dataclass(frozen=True, slots=True)
class Plan:
    """An estimate; gigabytes are 10**9 bytes.

    Attributes:
        passages: how many.
        quantization: of the vectors in memory.
        replicas: copies of each passage in the cluster.
        hours: of embedding on the measured machine; the rest of a build runs beside it.
        memory_gb: of all servers together, replicas included: vectors, or their quantised copies, and the sparse index.
        disk_gb: of all servers together, replicas included, while the generation before is still there.
        builder_disk_gb: on the machine that builds: embedding cache and passages on their way.
        nodes: servers of the memory that was named.
        shards: to create the collection with.
        vectors_on_disk: whether the full vectors stay on disk, to be read for rescoring only.
    """

    passages: int
    quantization: Quantization
    replicas: int
    hours: float
    memory_gb: float
    disk_gb: float
    builder_disk_gb: float
    nodes: int
    shards: int
    vectors_on_disk: bool


def measure(embedder: Embedder, passages: Sequence[Passage]) -> Measured:
    """Embeds a sample once, in batches of similar length as a build does, and weighs it.

    Raises:
        InputError: the sample is empty.
    """
    if not passages:
        raise InputError("no passages to measure with: build an index of what you plan for, even a small part of it")
    texts = sorted((passage.contents for passage in passages), key=len)
    embedder.embed_passages(texts[:1])  # the first call may load or compile something
    begun = time.perf_counter()
    for first in range(0, len(texts), _BATCH):
        embedder.embed_passages(texts[first : first + _BATCH])
    seconds = time.perf_counter() - begun
    return Measured(
        dimension=embedder.dimension,
        passages_a_second=len(texts) / seconds,
        payload_bytes=fmean(len(json.dumps(to_payload(passage)).encode()) for passage in passages),
        terms=fmean(len(set(analyse(passage.contents))) for passage in passages),
    )


def plan(
    passages: int, measured: Measured, *, quantization: Quantization = "none", replicas: int = 1, node_gb: float = 64
) -> Plan:
    """What an index of ``passages`` passages like those measured needs.

    Args:
        passages: at least 1.
        measured: on the machine that is going to build.
        quantization: of the vectors in memory.
        replicas: copies of each passage, at least 1.
        node_gb: memory of one server.

    Raises:
        InputError: a number is out of range.
    """
    if passages < 1 or replicas < 1 or node_gb <= 0:
        raise InputError("passages, replicas and the memory of a node must be positive")
    full = passages * measured.dimension * 4.0
    sparse = passages * measured.terms * _SPARSE_ENTRY_BYTES
    payload = passages * measured.payload_bytes
    in_memory = passages * measured.dimension * _BYTES_A_NUMBER[quantization]
    copies = 0.0 if quantization == "none" else in_memory
    memory = (in_memory + sparse) * _OVERHEAD * replicas
    generation = (full + copies + sparse + payload) * _OVERHEAD * replicas
    nodes = max(replicas, math.ceil(memory / (node_gb * 1e9 * _USABLE_MEMORY)))
    return Plan(
        passages=passages,
        quantization=quantization,
        replicas=replicas,
        hours=passages / measured.passages_a_second / 3600,
        memory_gb=memory / 1e9,
        disk_gb=2 * generation / 1e9,
        builder_disk_gb=(full + payload + passages * (_CACHE_ROW_BYTES + _SPOOL_ROW_BYTES)) / 1e9,
        nodes=nodes,
        shards=1 if nodes == 1 else _SHARDS_A_NODE * nodes,
        vectors_on_disk=quantization != "none",
    )
