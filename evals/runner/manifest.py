"""What a run is: everything its answers depend on, written down before the first question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from wardround.errors import EvaluationError
from wardround.files import write_atomically

MANIFEST = "manifest.json"
LOCK = ".lock"

_UNFINISHED = ".*.*.*"
"""Files that a kill cut off while they were written, such as ``.report.html.x1y2``."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """A run's identity; two runs with the same one are the same run.

    Attributes:
        task: the task's name.
        mode: how questions are answered, such as ``closed-book``.
        items: how many are asked.
        data: digest of their contents.
        limit: how many were asked for; None for all.
        seed: which part, when there is a limit.
        scorer: name and version of the scorer.
        system: model, prompts, retrieval, decoding, calibration: whatever else the answers depend on.
        version: of the folder's format.
    """

    task: str
    mode: str
    items: int
    data: str
    scorer: str
    limit: int | None = None
    seed: int = 0
    system: Mapping[str, Any] = field(default_factory=dict)
    version: int = VERSION

    @property
    def fingerprint(self) -> str:
        """16 hex digits that differ whenever any part does."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def differences(self, other: Manifest) -> list[str]:
        """What differs, one phrase a field: ``mode: 'rag' there, 'agent' here``; ``other`` is "here"."""
        there, here = _flat(asdict(self)), _flat(asdict(other))
        return [
            f"{name}: {there.get(name)!r} there, {here.get(name)!r} here"
            for name in sorted({*there, *here})
            if there.get(name) != here.get(name)
        ]


def check_folder(folder: Path, manifest: Manifest) -> None:
    """Returns when ``folder`` is new, empty, or the folder of this very run; writes nothing.

    Raises:
        EvaluationError: the folder belongs to another run or another version, or holds something else.
    """
    if (folder / MANIFEST).exists():
        if there := read_manifest(folder).differences(manifest):
            raise EvaluationError(f"{folder} holds another run ({'; '.join(there[:3])}): choose another folder")
    elif folder.exists() and (not folder.is_dir() or any(not _ours(entry.name) for entry in folder.iterdir())):
        raise EvaluationError(f"{folder} exists and is not the folder of a run: choose an empty or a new one")


def enter_folder(folder: Path, manifest: Manifest) -> None:
    """Makes ``folder`` the folder of this run, or recognises it as such.

    Raises:
        EvaluationError: as ``check_folder``.
    """
    check_folder(folder, manifest)
    for leftover in folder.glob(_UNFINISHED):
        leftover.unlink()
    if not (folder / MANIFEST).exists():
        stored = {"fingerprint": manifest.fingerprint, **asdict(manifest)}
        write_atomically(folder / MANIFEST, json.dumps(stored, indent=2, sort_keys=True) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run's folder.

    Raises:
        EvaluationError: there is none, it is of another version, or somebody changed it.
    """
    path = folder / MANIFEST
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        version = stored["version"]
    except FileNotFoundError as error:
        raise EvaluationError(f"{folder} is not the folder of a run: it has no {MANIFEST}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error
    if version != VERSION:
        raise EvaluationError(f"{folder} was written in format {version}, this version reads {VERSION}: run anew")
    claimed = stored.pop("fingerprint", None)
    try:
        manifest = Manifest(**stored)
    except TypeError as error:
        raise EvaluationError(f"{path} is damaged: {error}") from error
    if manifest.fingerprint != claimed:
        raise EvaluationError(f"{path} was changed after the run: its fingerprint is not {claimed}")
    return manifest


def _ours(name: str) -> bool:
    """What a run may leave that is killed before its manifest is there."""
    return name == LOCK or fnmatch(name, f".{MANIFEST}.*")


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        flat.update(_flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value})
    return flat
