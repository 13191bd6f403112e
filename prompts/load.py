"""Reads the prompts: the packaged templates, or a user's own in their place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from wardround.errors import ConfigError
from wardround.prompts.contract import CONTRACTS, PromptContract
from wardround.prompts.template import PromptTemplate, parse_template

_MAX_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class PromptLibrary:
    """Every prompt, each known to keep its contract."""

    templates: Mapping[str, PromptTemplate]

    def __getitem__(self, name: str) -> PromptTemplate:
        return self.templates[name]

    @property
    def hashes(self) -> dict[str, str]:
        """SHA-256 per prompt, for the record of a run."""
        return {name: template.sha256 for name, template in self.templates.items()}

    @property
    def fingerprint(self) -> str:
        """Changes whenever any prompt does; 16 hexadecimal digits."""
        joined = "\n".join(f"{name}={digest}" for name, digest in sorted(self.hashes.items()))
        return hashlib.sha256(joined.encode()).hexdigest()[:16]


def load_prompts(folder: Path | None = None) -> PromptLibrary:
    """All prompts, checked.

    Args:
        folder: templates of the user's own, ``<name>.md`` each; a prompt that has none there is the packaged one.

    Raises:
        ConfigError: a template breaks its contract, the folder cannot be read, or holds a template of no known name.
    """
    own = {} if folder is None else _own_files(folder.expanduser())
    return PromptLibrary(
        MappingProxyType({contract.name: _load_one(contract, own.get(contract.name)) for contract in CONTRACTS})
    )


def _own_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: the prompts folder is not a folder; correct the setting or leave it out")
    known = {contract.name for contract in CONTRACTS}
    files = {path.stem: path for path in sorted(folder.glob("*.md"))}
    if strangers := sorted(files.keys() - known):
        stray, names = files[strangers[0]], ", ".join(sorted(known))
        raise ConfigError(f"{stray}: there is no prompt named {stray.stem!r}; the prompts are {names}")
    return files


def _load_one(contract: PromptContract, own: Path | None) -> PromptTemplate:
    if own is not None:
        return parse_template(contract, _read(own), str(own))
    name = f"{contract.name}.md"
    text = (resources.files("wardround.prompts.templates") / name).read_text(encoding="utf-8")
    return parse_template(contract, text, f"prompts/templates/{name}")


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if len(raw) > _MAX_BYTES:
            raise ConfigError(f"{path}: a prompt of {len(raw)} bytes; the limit is {_MAX_BYTES}")
        return raw.decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 at byte {error.start}") from error
