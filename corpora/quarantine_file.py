"""The bad records of one corpus in a file, one JSON object a line, and a source with such a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from wardround.corpora.quarantine import BadRecord
from wardround.corpora.records import CorpusInfo, Document
from wardround.corpora.source import DocumentSource, Part, PartedSource
from wardround.files import write_atomically


class QuarantineFile:
    """Counts bad records, each once; ``call`` it with them, then ``keep`` or ``discard`` what it holds.

    The file at ``path`` stays as it was until ``keep``. Nothing else is written, because another build of the same
    corpus may be at work: this one learns only later that it has to wait.
    """

    def __init__(self, path: Path) -> None:
        """Names the file."""
        self._path = path
        self._taken: dict[BadRecord, None] = {}

    @property
    def path(self) -> Path:
        """Where the records are after ``keep``."""
        return self._path

    @property
    def records(self) -> int:
        """How many different bad records there were."""
        return len(self._taken)

    def __call__(self, bad: BadRecord) -> None:
        """Takes a bad record; one that a source reports again, on a second reading, counts once."""
        self._taken.setdefault(bad)

    def keep(self) -> None:
        """Puts what was taken in the place of the file; without a bad record there is none afterwards."""
        if self._taken:
            write_atomically(self._path, "".join(map(_line, self._taken)))
        else:
            self._path.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forgets what was taken."""
        self._taken.clear()


def _line(bad: BadRecord) -> str:
    return json.dumps(asdict(bad), ensure_ascii=False) + "\n"


class QuarantinedSource:
    """A source with the file its bad records go to."""

    def __init__(self, source: DocumentSource, quarantine: QuarantineFile) -> None:
        """Names the parts; ``source`` must already hand its bad records to ``quarantine``."""
        self._source = source
        self._was_read = False
        self.quarantine = quarantine

    def describe(self) -> CorpusInfo:
        """What the source says about itself."""
        return self._source.describe()

    def documents(self) -> Iterator[Document]:
        """The source's documents."""
        self._was_read = True
        return self._source.documents()

    def parts(self, wanted: int) -> Sequence[Part]:
        """The source's parts, if it has any."""
        if not isinstance(self._source, PartedSource):
            return ()
        self._was_read = True
        return self._source.parts(wanted)

    def put_aside(self, bad: BadRecord) -> None:
        """Takes a bad record of a part."""
        self.quarantine(bad)

    def settle(self) -> None:
        """Keeps the bad records of a reading; those met without one add nothing to what an earlier reading found."""
        if self._was_read:
            self.quarantine.keep()
        else:
            self.quarantine.discard()


def records_in(path: Path) -> int:
    """How many bad records a quarantine file holds; 0 where there is none."""
    if not path.is_file():
        return 0
    with path.open("rb") as handle:
        return sum(1 for _ in handle)
