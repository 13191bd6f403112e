"""The one small protocol a new source implements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from wardround.corpora.records import CorpusInfo, Document


class DocumentSource(Protocol):
    """Something that yields documents, in a stable order, and can say what it is."""

    def describe(self) -> CorpusInfo:
        """Name, version, licence and one line of description, without reading every record."""
        ...

    def documents(self) -> Iterator[Document]:
        """Every document once, in the same order on every call.

        Raises:
            CorpusError: the source is absent or a record cannot be read; names file and place.
        """
        ...
