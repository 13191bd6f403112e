"""``wardround doctor``: what this machine offers, and what is missing."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from wardround import exit_codes
from wardround.commands.options import (
    ConfigOption,
    ModelOption,
    ProfileOption,
    SetOption,
    settings_from_options,
)

if TYPE_CHECKING:
    from wardround.diagnosis import Finding

_MARKS = {"ok": "ok", "note": "note", "missing": "MISSING"}


def doctor(
    as_json: Annotated[bool, Option("--json", help="Print a list of objects.")] = False,
    model: ModelOption = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Look at settings, corpora, index, model servers and GPUs, and say what to do about what is missing.

    Only servers that the settings name are contacted.
    """
    from wardround.config import config_file
    from wardround.diagnosis import diagnose

    loaded = settings_from_options(config=config, profile=profile, assignments=assignments, model=model)
    findings = diagnose(loaded, config_file(config, os.environ))
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(_lines(one) for one in findings))
    if any(one.state == "missing" for one in findings):
        raise Exit(exit_codes.NOT_READY)


def _lines(one: Finding) -> str:
    action = f"{'':<27}-> {one.action}\n" if one.action else ""
    return f"{one.subject:<18} {_MARKS[one.state]:<7} {one.finding}\n{action}"
