"""Sources read into spools: here, or part by part in worker processes that each fill a spool of their own.

What a worker found comes back as a file, so nothing is held in memory and the order is that of the parts, however many
processes read them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from wardround.corpora.chunking import ChunkSettings, CountTokens, passages_of
from wardround.corpora.quarantine import BadRecord, OnBadRecord
from wardround.corpora.records import Document, Passage
from wardround.corpora.source import Part
from wardround.errors import CorpusError
from wardround.retrievers.index.spool import Spool
from wardround.retrievers.settings import AnalysisSettings

OnRead = Callable[[int], None]
"""Called with the number of documents read so far."""


@runtime_checkable
class CountsElsewhere(Protocol):
    """An embedder whose tokens other processes can count without loading its weights."""

    def token_counter(self) -> CountTokens:
        """What ``count_tokens`` does, as a function that can be sent to another process."""
        ...


@dataclass(frozen=True, slots=True)
class Cutting:
    """How documents become passages."""

    chunks: ChunkSettings
    count_tokens: CountTokens

    def passages(self, documents: Iterable[Document]) -> Iterator[Passage]:
        """The passages of all ``documents``, in their order."""
        for document in documents:
            yield from passages_of(document, self.chunks, self.count_tokens)


def spooled(passages: Iterable[Passage], spool: Spool, on_read: OnRead = lambda documents: None) -> int:
    """Puts passages, document by document, into ``spool`` and returns the number of documents."""
    documents = 0
    latest = None
    for passage in passages:
        spool.add(passage)
        if passage.document_id != latest:
            documents, latest = documents + 1, passage.document_id
            on_read(documents)
    return documents


def read_parts(
    parts: Sequence[Part],
    put_aside: OnBadRecord,
    spool: Spool,
    cut: Cutting,
    processes: int,
    folder: Path,
    on_read: OnRead,
) -> int:
    """Reads ``parts`` in worker processes into ``spool``, in their order, and returns the number of documents.

    Args:
        parts: of one source.
        put_aside: receives what cannot be read in them.
        spool: receives the passages.
        cut: must bear being sent to another process.
        processes: at most so many read at once.
        folder: for files that are gone afterwards.
        on_read: is told after each part.

    Raises:
        CorpusError: a part cannot be read, or a worker was killed.
    """
    documents = 0
    # A new interpreter for each worker: a fork would copy the locks of whatever threads run here.
    context = multiprocessing.get_context("spawn")
    waiting: deque[tuple[Path, Future[_Read]]] = deque()
    with ProcessPoolExecutor(min(processes, len(parts)), context, initializer=_end_with_parent) as pool:
        try:
            for number, part in enumerate(parts):
                path = folder / f"part-{number}.sqlite3"
                waiting.append((path, pool.submit(_read_part, part, cut, spool.words, path)))
                if len(waiting) > 2 * processes:
                    documents += _taken(*waiting.popleft(), spool, put_aside)
                    on_read(documents)
            while waiting:
                documents += _taken(*waiting.popleft(), spool, put_aside)
                on_read(documents)
        except BrokenProcessPool as error:
            raise CorpusError(
                "a process that read a corpus was killed, perhaps for want of memory; nothing was changed: repeat "
                "where fewer cores or more memory may be used"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
    return documents


class _Read(NamedTuple):
    """What a worker says about its part."""

    documents: int
    passages: int
    terms: int
    bad: list[BadRecord]


def _read_part(part: Part, cut: Cutting, words: AnalysisSettings, path: Path) -> _Read:
    bad: list[BadRecord] = []
    with closing(Spool(path, words)) as spool:
        documents = spooled(cut.passages(part.documents(bad.append)), spool)
        return _Read(documents, spool.passages, spool.terms, bad)


def _taken(path: Path, reading: Future[_Read], spool: Spool, put_aside: OnBadRecord) -> int:
    read = reading.result()
    for bad in read.bad:
        put_aside(bad)
    spool.absorb(path, read.passages, read.terms)
    return read.documents


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed, for it would wait for work forever, and quietly on Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
