"""The options that several commands share, and the settings they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from wardround.errors import ConfigError

if TYPE_CHECKING:
    from wardround.config import LoadedSettings

ProfileOption = Annotated[
    str | None, Option("--profile", help="Defaults to start from: embedded, workstation or cluster.")
]
ConfigOption = Annotated[
    Path | None, Option("--config", help="Settings file (TOML) instead of ~/.config/wardround/config.toml.")
]
SetOption = Annotated[
    list[str] | None, Option("--set", metavar="NAME=VALUE", help="Any setting, such as agent.n_rounds=2; repeatable.")
]
FilterOption = Annotated[
    list[str] | None,
    Option(
        "--filter",
        metavar="FIELD=VALUE",
        help="Search only there: year>=2018, type=rct, mesh=Sepsis and so on, see docs/command-line.md; repeatable.",
    ),
]
ModelOption = Annotated[
    str | None,
    Option("--model", help="none, smollm2 (to try out only), a folder with a model, or a name on the model server."),
]
ModeOption = Annotated[
    str | None, Option("--mode", help="agent (default), rag, imedrag or closed-book; short for agent.mode.")
]
KOption = Annotated[int | None, Option("--k", help="Passages the answer is written from, at most.")]
QuietOption = Annotated[bool, Option("--quiet", "-q", help="No progress on standard error.")]


def settings_from_options(
    *,
    config: Path | None,
    profile: str | None,
    assignments: Sequence[str] | None = None,
    model: str | None = None,
    k: int | None = None,
) -> LoadedSettings:
    """The settings in force when these options are used.

    Raises:
        ConfigError: a setting is unknown or not allowed.
    """
    from wardround.config import load_with_origins

    overrides = {**_model(model), **_assigned(assignments or ())}
    overrides |= {name: value for name, value in (("profile", profile), ("agent.k", k)) if value is not None}
    return load_with_origins(config, overrides=overrides)


def _assigned(assignments: Sequence[str]) -> dict[str, Any]:
    pairs = [assignment.partition("=") for assignment in assignments]
    for name, equals, _ in pairs:
        if not equals:
            raise ConfigError(f"--set {name}: write NAME=VALUE, such as --set agent.n_rounds=2")
    return {name.strip(): value for name, _, value in pairs}


def _model(model: str | None) -> dict[str, Any]:
    if model is None:
        return {}
    if model == "none":
        return {"model.kind": "none"}
    if model == "smollm2":
        # On a processor it writes some twenty tokens a second: one round shows the path, given time.
        short = {"agent.n_rounds": 1, "agent.n_queries": 1, "agent.k": 4, "agent.timeout_seconds": 1800}
        return {"model.kind": "transformers", "model.name": model, **short}
    in_process = Path(model).expanduser().is_dir()
    return {"model.kind": "transformers" if in_process else "server", "model.name": model}
