"""The places settings are given in, each read into one layer: dotted names with their values and origins."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from wardround.agent.settings import Profile
from wardround.errors import ConfigError
from wardround.settings_names import all_settings, holds_several, nearest

ENVIRONMENT_PREFIX = "WARDROUND_"
LEVEL_SEPARATOR = "__"
PROFILES: tuple[str, ...] = get_args(Profile)


@dataclass(frozen=True, slots=True)
class Given:
    """A value and where it was given, such as ``environment WARDROUND_AGENT__K``."""

    value: Any
    origin: str


Layer = Mapping[str, Given]


def from_profile(name: str, origin: str) -> Layer:
    """The defaults of one of the three profiles.

    Raises:
        ConfigError: there is no such profile; names ``origin``, where it was asked for.
    """
    if name not in PROFILES:
        raise ConfigError(f"profile = {name!r} ({origin}): must be one of {', '.join(PROFILES)}")
    text = (resources.files("wardround.profiles") / f"{name}.toml").read_text(encoding="utf-8")
    return _layer(tomllib.loads(text), f"profile {name}")


def from_file(path: Path) -> Layer:
    """What a TOML file sets.

    Raises:
        ConfigError: it cannot be read, is not TOML, or holds an unknown name.
    """
    origin = f"file {path}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{origin}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{origin}: is not TOML ({error})") from error
    return _layer(content, origin)


def from_environment(environ: Mapping[str, str]) -> Layer:
    """Variables such as ``WARDROUND_AGENT__K``; one that is empty counts as not set.

    Raises:
        ConfigError: a variable with ``__`` in its name is no setting, or one lacks its ``__``.
    """
    known = all_settings()
    flat = {name.replace(".", "_"): name for name in known if "." in name}
    layer: dict[str, Given] = {}
    for variable, text in environ.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or not text:
            continue
        rest = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        name, origin = rest.replace(LEVEL_SEPARATOR, "."), f"environment {variable}"
        if LEVEL_SEPARATOR not in rest and rest in flat:
            meant = ENVIRONMENT_PREFIX + flat[rest].replace(".", LEVEL_SEPARATOR).upper()
            raise ConfigError(f"{origin}: no such setting; did you mean {meant}?")
        if LEVEL_SEPARATOR in rest or name in known:
            layer[name] = Given(_from_text(name, text, origin), origin)
    return layer


def from_command_line(given: Mapping[str, Any]) -> Layer:
    """Values of options; dotted names, and None where an option was not used.

    Raises:
        ConfigError: a name is no setting.
    """
    return {
        name: Given(_from_text(name, value, "command line") if isinstance(value, str) else value, "command line")
        for name, value in given.items()
        if value is not None
    }


def _from_text(name: str, text: str, origin: str) -> Any:
    field = all_settings().get(name)
    if field is None:
        raise ConfigError(f"{name} ({origin}): no such setting; {nearest(name, all_settings())}")
    if holds_several(field):
        return tuple(item.strip() for item in text.split(",") if item.strip())
    return None if not text and field.default is None else text


def _layer(tree: Mapping[str, Any], origin: str) -> Layer:
    return {name: Given(value, origin) for name, value in _leaves(tree, "", origin)}


def _leaves(tree: Mapping[str, Any], prefix: str, origin: str) -> Iterator[tuple[str, Any]]:
    known = all_settings()
    for key, value in tree.items():
        name = prefix + key
        is_section = any(other.startswith(f"{name}.") for other in known)
        if is_section and isinstance(value, Mapping):
            yield from _leaves(value, f"{name}.", origin)
        elif name in known:
            yield name, value
        elif is_section:
            raise ConfigError(f"{name} ({origin}): is a section; write [{name}] and its settings below it")
        else:
            raise ConfigError(f"{name} ({origin}): no such setting; {nearest(name, known)}")
