"""The corpora of this index that can be read again, in a file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from wardround.corpora.kinds import CorpusEntry
from wardround.errors import ConfigError
from wardround.files import write_atomically

if TYPE_CHECKING:
    from wardround.retrievers.settings import StoreSettings

_ENTRIES = TypeAdapter(tuple[CorpusEntry, ...])


class AddedCorpora:
    """Entries by name, in the order in which they were added; each change is on disk when the call returns."""

    def __init__(self, store: StoreSettings) -> None:
        """Names the file ``corpora.json`` in the index' folder; for an index on a server, its folder on this machine.

        Args:
            store: where the index is.
        """
        self._folder = store.folder.expanduser()
        self._path = self._folder / "corpora.json"

    def entries(self) -> dict[str, CorpusEntry]:
        """All entries.

        Raises:
            ConfigError: the file is damaged.
        """
        try:
            entries = _ENTRIES.validate_json(self._path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise ConfigError(f"{self._path} is damaged ({reason}): delete it and add your corpora again") from error
        return {entry.name: entry for entry in entries}

    def put(self, added: Sequence[CorpusEntry]) -> None:
        """Adds entries, each in the place of the one that had its name."""
        self._write(self.entries() | {entry.name: entry for entry in added})

    def drop(self, names: Sequence[str]) -> None:
        """Takes entries out; unknown names are ignored."""
        self._write({name: entry for name, entry in self.entries().items() if name not in names})

    def quarantine(self, name: str) -> Path:
        """Where the bad records of a corpus are kept."""
        return self._folder / "quarantine" / f"{name}.jsonl"

    def _write(self, entries: dict[str, CorpusEntry]) -> None:
        write_atomically(self._path, _ENTRIES.dump_json(tuple(entries.values()), indent=2) + b"\n")
