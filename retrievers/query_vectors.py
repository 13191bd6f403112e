"""The vectors of queries, each computed once: an agent asks the same thing in several rounds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from wardround.retrievers.protocols import Embedder, Vector

_KEPT = 2048


class QueryVectors:
    """Looks up or computes query vectors; safe to use from several threads."""

    def __init__(self, embedder: Embedder, kept: int = _KEPT) -> None:
        """Remembers the ``kept`` queries used last."""
        self._embedder = embedder
        self._kept = kept
        self._vectors: OrderedDict[str, Vector] = OrderedDict()
        self._lock = Lock()

    def of(self, queries: Sequence[str]) -> list[Vector]:
        """One vector a query, in order; what is not remembered is embedded in one batch."""
        found: dict[str, Vector] = {}
        with self._lock:
            for query in queries:
                if query in self._vectors:
                    self._vectors.move_to_end(query)
                    found[query] = self._vectors[query]
        missing = list(dict.fromkeys(query for query in queries if query not in found))
        # Embedding happens outside the lock: two threads may do the same work twice, but none waits for another.
        if missing:
            found.update(zip(missing, self._embedder.embed_queries(missing), strict=True))
            self._remember({query: found[query] for query in missing})
        return [found[query] for query in queries]

    def ahead(self, blocks: Sequence[Sequence[str]]) -> Iterator[list[Vector]]:
        """``of`` for each block in turn; the next is embedded while the caller works with the one before it."""
        if len(blocks) == 1:
            yield self.of(blocks[0])
            return
        with ThreadPoolExecutor(max_workers=1) as background:
            coming = [background.submit(self.of, block) for block in blocks[:1]]
            for following in blocks[1:]:
                vectors = coming.pop().result()
                coming.append(background.submit(self.of, following))
                yield vectors
            yield from (last.result() for last in coming)

    def _remember(self, vectors: dict[str, Vector]) -> None:
        with self._lock:
            self._vectors.update(vectors)
            while len(self._vectors) > self._kept:
                self._vectors.popitem(last=False)
