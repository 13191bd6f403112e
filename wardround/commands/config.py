"""``wardround config``: what is configured, and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

from typer import Option, Typer

from wardround.commands.options import ConfigOption, ProfileOption, SetOption, settings_from_options
from wardround.retrievers.hosts import without_credentials

_ADDRESSES = ("url", "_endpoint", "_address")
"""How the names of settings end that hold an address, which may hold a password."""

app = Typer(no_args_is_help=True, help="Show the settings in force.")


@app.command()
def show(
    as_json: Annotated[bool, Option("--json", help="Print an object by setting, each with value and origin.")] = False,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Print every setting, its value and where the value comes from."""
    loaded = settings_from_options(config=config, profile=profile, assignments=assignments)
    tree = loaded.settings.model_dump(mode="json")
    values = {name: _shown(name, _leaf(tree, name)) for name in loaded.origins}
    if as_json:
        shown = {name: {"value": value, "origin": loaded.origins[name]} for name, value in values.items()}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(_table([(name, json.dumps(values[name]), loaded.origins[name]) for name in values]))


def _leaf(tree: Mapping[str, Any], name: str) -> Any:
    value: Any = tree
    for part in name.split("."):
        value = value[part]
    return value


def _shown(name: str, value: Any) -> Any:
    is_address = isinstance(value, str) and ("://" in value or name.endswith(_ADDRESSES))
    return without_credentials(value) if is_address else value


def _table(rows: list[tuple[str, str, str]]) -> str:
    rows = [("setting", "value", "origin"), *rows]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    return "".join(f"{name:<{first}}  {value:<{second}}  {origin}".rstrip() + "\n" for name, value, origin in rows)
