"""Whether an index holds what its manifest says, whole and readable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

import numpy as np

from wardround.errors import StoreError
from wardround.retrievers.index.manifest import Manifest
from wardround.retrievers.keys import passage_key
from wardround.retrievers.protocols import PassageStore

_BATCH = 256
_LENGTH_TOLERANCE = 1e-3


def problems_of(store: PassageStore, manifest: Manifest, *, vectors: bool = True) -> Iterator[str]:
    """What is wrong with an index, one line each; nothing for a sound one.

    Args:
        store: of the index, open.
        manifest: of the index.
        vectors: whether each dense vector is read too, rather than all of them by one search.
    """
    try:
        yield from _problems(store, manifest, vectors)
    except StoreError as error:
        yield str(error)


def _problems(store: PassageStore, manifest: Manifest, vectors: bool) -> Iterator[str]:
    seen: Counter[str] = Counter()
    passages = store.scroll()
    while batch := list(islice(passages, _BATCH)):
        seen.update(passage.corpus for passage in batch)
        for passage in batch:
            if passage.end - passage.start != len(passage.text):
                span = passage.end - passage.start
                yield f"passage {passage.id!r} is {len(passage.text)} characters long, its span {span}"
        if vectors:
            rows = store.vectors([passage.id for passage in batch])
            compared = store.vectors_by_key([passage_key(passage.id) for passage in batch])
            lengths = np.linalg.norm(rows, axis=1)
            for passage, length in zip(batch, lengths, strict=True):
                if not abs(float(length) - 1) < _LENGTH_TOLERANCE:
                    yield f"the vector of passage {passage.id!r} has length {length:g} instead of 1"
            for place in np.flatnonzero((rows != compared).any(axis=1)):
                yield f"the matrix of vectors holds another vector of passage {batch[place].id!r} than the store"
    for corpus in manifest.corpora:
        if seen[corpus.name] != corpus.passages:
            yield f"corpus {corpus.name!r} has {seen[corpus.name]} passages, its manifest says {corpus.passages}"
    for name in sorted(set(seen) - {corpus.name for corpus in manifest.corpora}):
        yield f"{seen[name]} passages are of corpus {name!r}, which the manifest does not list"
    if not vectors:
        probe = np.zeros(manifest.dimension, dtype=np.float32)
        probe[0] = 1
        store.search_dense(probe, 1)
