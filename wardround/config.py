"""The settings in force, and where each value comes from.

Later places win: built-in default, profile, file, environment, command line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wardround.agent.settings import Settings
from wardround.config_layers import Given, Layer, from_command_line, from_environment, from_file, from_profile
from wardround.errors import ConfigError
from wardround.settings_names import all_settings, allowed

CONFIG_VARIABLE = "WARDROUND_CONFIG"
BUILT_IN = "built in"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings and, for every dotted name, the origin of its value."""

    settings: Settings
    origins: Mapping[str, str]


def load_settings(
    config: Path | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force; ``load_with_origins`` says the same and where each value comes from."""
    return load_with_origins(config, overrides=overrides, environ=environ).settings


def load_with_origins(
    config: Path | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> LoadedSettings:
    """Reads every place that settings are given in.

    Args:
        config: a TOML file; by default the one that WARDROUND_CONFIG names, else the user's own if it exists.
        overrides: what the command line sets, by dotted name such as ``agent.k``; None is "not given".
        environ: environment variables, by default this process's.

    Raises:
        ConfigError: a name is unknown or a value not allowed; says which, where, and what is.
    """
    variables = os.environ if environ is None else environ
    given = [from_environment(variables), from_command_line(overrides or {})]
    file = config_file(config, variables)
    if file is not None:
        given.insert(0, from_file(file))
    merged: dict[str, Given] = {**_profile(given)}
    for layer in given:
        merged |= layer
    origins = {name: merged[name].origin if name in merged else BUILT_IN for name in all_settings()}
    return LoadedSettings(_validated(merged), origins)


def config_file(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file that would be read; None when none is named and the user has none."""
    named = config or (Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None:
        return named.expanduser()
    folder = Path(environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    own = folder / "wardround" / "config.toml"
    return own if own.is_file() else None


def _profile(given: list[Layer]) -> Layer:
    asked = next((layer["profile"] for layer in reversed(given) if "profile" in layer), Given("embedded", BUILT_IN))
    return from_profile(str(asked.value), asked.origin)


def _validated(merged: Mapping[str, Given]) -> Settings:
    tree: dict[str, Any] = {}
    for name, one in merged.items():
        *sections, leaf = name.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[leaf] = one.value
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigError("; ".join(dict.fromkeys(_complaints(error, merged)))) from error


def _complaints(error: ValidationError, merged: Mapping[str, Given]) -> list[str]:
    known = all_settings()
    complaints = []
    for problem in error.errors(include_url=False):
        path = ".".join(str(part) for part in problem["loc"])
        name = next((one for one in known if path == one or path.startswith(f"{one}.")), path)
        if name in known and name in merged:
            one = merged[name]
            complaints.append(f"{name} = {one.value!r} ({one.origin}): must be {allowed(known[name])}")
        else:
            complaints.append(f"{name}: {problem['msg']}")
    return complaints
