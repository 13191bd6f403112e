"""The agent as a chat has set it: mode, k, model, filter, attached documents. The index stays open between changes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from wardround.addresses import where_it_goes
from wardround.errors import InputError, WardroundError
from wardround.retrievers.hosts import without_credentials

if TYPE_CHECKING:
    from wardround.agent.assembly import Library
    from wardround.agent.settings import Settings
    from wardround.answering import StreamingAgent
    from wardround.corpora.records import Passage
    from wardround.retrievers.protocols import Where


@dataclass(frozen=True, slots=True)
class Attached:
    """What attaching brought, and what of it could not be read."""

    documents: int
    passages: int
    problems: tuple[str, ...]


class Desk(Protocol):
    """What a conversation asks and what it may change."""

    @property
    def agent(self) -> StreamingAgent:
        """Answers under everything set so far."""
        ...

    def state(self) -> Mapping[str, str]:
        """Mode, k, model, filter and attachments, in words, by their command's name."""
        ...

    def change(self, name: str, value: str) -> None:
        """Sets ``mode``, ``k`` or ``model``.

        Raises:
            WardroundError: it is not allowed or cannot be used; everything stays as it was.
        """
        ...

    def restrict(self, where: Where) -> int:
        """Searches only there from now on; returns how many passages of the index that are."""
        ...

    def attach(self, path: Path) -> Attached:
        """Searches the file or folder too, until ``detach`` or the end."""
        ...

    def detach(self) -> None:
        """Forgets everything attached."""
        ...

    def attached(self) -> tuple[Path, ...]:
        """The files and folders that are attached."""
        ...

    def corpora(self) -> Iterator[str]:
        """A line for each corpus of the index and for its date."""
        ...

    def close(self) -> None:
        """Releases the index and the model."""
        ...


class ConfiguredDesk:
    """A desk over the configured index.

    Args:
        settings: as the command line, files and environment give them.
        reset: settings with the values of ``/mode``, ``/k`` and ``/model`` put over them.
    """

    def __init__(self, settings: Settings, reset: Callable[[Mapping[str, str]], Settings]) -> None:
        """Opens the index and, where one is configured, the model."""
        from wardround.agent.assembly import open_library
        from wardround.retrievers.embedders.choose import choose_embedder
        from wardround.retrievers.protocols import EVERYWHERE

        self._settings = settings
        self._reset = reset
        self._changes: dict[str, str] = {}
        self._where = EVERYWHERE
        self._attached: dict[Path, tuple[Passage, ...]] = {}
        self._labels: dict[Path, str] = {}
        self._library, self._release = open_library(settings.retrieval, choose_embedder(settings.retrieval.embedder))
        try:
            self._agent = self._agent_for(settings, self._library)
        except BaseException:
            self._release()
            raise

    @property
    def agent(self) -> StreamingAgent:
        """Answers under everything set so far."""
        return self._agent

    def state(self) -> Mapping[str, str]:
        """Mode, k, model, filter and attachments, in words."""
        from wardround.retrievers.filters import told

        settings = self._settings
        model = settings.model.name or without_credentials(settings.model.base_url)
        return {
            "mode": settings.agent.mode,
            "k": str(settings.agent.k),
            "model": "none, answers are quotations" if settings.model.kind == "none" else model,
            "filter": told(self._where),
            "attached": ", ".join(str(path) for path in self._attached) or "nothing",
            "privacy": where_it_goes(settings) or "nothing leaves this machine",
        }

    def change(self, name: str, value: str) -> None:
        """Sets ``mode``, ``k`` or ``model``; when that fails everything stays as it was."""
        changes = {**self._changes, name: value}
        settings = self._reset(changes)
        self._replace(settings, self._library)
        self._changes, self._settings = changes, settings

    def restrict(self, where: Where) -> int:
        """Searches only there from now on."""
        count = self._library.store.count(where)
        before, self._where = self._where, where
        try:
            self._replace(self._settings, self._library)
        except WardroundError:
            self._where = before
            raise
        return count

    def attach(self, path: Path) -> Attached:
        """Searches the file or folder too, until ``detach`` or the end."""
        from wardround.chat.attachments import read_in

        place = path.expanduser().resolve()
        label = self._labels.setdefault(place, str(len(self._labels) + 1))  # of no other path, even after detaching
        found = read_in(place, self._library.embedder, label)
        attached = {**self._attached, place: found.passages}
        library = self._with_attached(attached)
        self._replace(self._settings, library)
        self._attached, self._library = attached, library
        return Attached(found.documents, len(found.passages), found.problems)

    def detach(self) -> None:
        """Forgets everything attached."""
        library = self._with_attached({})
        self._replace(self._settings, library)
        self._attached, self._library = {}, library

    def attached(self) -> tuple[Path, ...]:
        """The files and folders that are attached."""
        return tuple(self._attached)

    def corpora(self) -> Iterator[str]:
        """A line for each corpus of the index and for its date."""
        from wardround.retrievers.index.open import index_target

        manifest = index_target(self._settings.retrieval.store).manifest()
        for one in manifest.corpora if manifest else ():
            yield f"{one.name}: {one.documents} documents, {one.passages} passages. {one.description}"
        yield f"Built on {self._library.as_of}."

    def close(self) -> None:
        """Releases the index and the model."""
        self._agent.close()
        self._release()

    def _replace(self, settings: Settings, library: Library) -> None:
        fresh = self._agent_for(settings, library)
        self._agent.close()
        self._agent = fresh

    def _agent_for(self, settings: Settings, library: Library) -> StreamingAgent:
        from wardround.agent.assembly import equipment
        from wardround.agent.checkpoints import configured_checkpoints
        from wardround.agent.clinical_agent import ClinicalAgent
        from wardround.agent.models.choose import choose_model

        if library.attached is not None:  # nothing is proven about how many passages of these are enough
            settings = settings.model_copy(update={"agent": settings.agent.model_copy(update={"certificate": None})})
        opening = configured_checkpoints(settings.sessions)
        equipped = equipment(settings, library, choose_model(settings.model), self._where)
        checkpoints = settings.sessions.folder.expanduser() / "checkpoints.sqlite"
        return ClinicalAgent(equipped, checkpoints=checkpoints, open_checkpoints=opening)

    def _with_attached(self, attached: Mapping[Path, tuple[Passage, ...]]) -> Library:
        from wardround.chat.attachments import MOST_PASSAGES
        from wardround.retrievers.attached import AttachedPassages

        passages = [one for of_path in attached.values() for one in of_path]
        if len(passages) > MOST_PASSAGES:
            raise InputError(
                f"together more than {MOST_PASSAGES} passages would be attached: take others off with /attach off, "
                "or put them into the index with `wardround corpus add`"
            )
        library, bm25 = self._library, self._settings.retrieval.bm25
        held = AttachedPassages(passages, library.embedder, bm25, library.attached) if passages else None
        return replace(library, attached=held)


def open_desk(settings: Settings, reset: Callable[[Mapping[str, str]], Settings], *, quiet: bool) -> Desk:
    """A desk over the configured index; builds the starter index first when there is none."""
    from wardround.agent.modes.choose import in_mode
    from wardround.index_building import ensure_index

    in_mode(settings)  # what the mode lacks is said before an index is built for it
    ensure_index(settings, sys.stderr, quiet=quiet)
    return ConfiguredDesk(settings, reset)
