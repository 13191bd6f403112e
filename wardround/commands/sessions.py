"""``wardround sessions``: what chats have left on this machine, and how to remove it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, BadParameter, Option, Typer

from wardround.commands.options import ConfigOption, ProfileOption, SetOption, settings_from_options

if TYPE_CHECKING:
    from wardround.chat.sessions import SessionFolder

app = Typer(help="List, show and remove chat sessions.", no_args_is_help=True)

NameArgument = Annotated[str, Argument(help="Name of the session.")]


@app.command("list")
def list_(profile: ProfileOption = None, config: ConfigOption = None, assignments: SetOption = None) -> None:
    """List the sessions, the one used last first."""
    from wardround.agent.rendering import counted

    folder, _ = _folder(config, profile, assignments)
    for one in folder.summaries():
        asked = counted(one.exchanges, "question", "questions")
        sys.stdout.write(f"{one.name}  {asked}, last {one.changed_at:%Y-%m-%d %H:%M}\n")


@app.command()
def show(
    name: NameArgument, profile: ProfileOption = None, config: ConfigOption = None, assignments: SetOption = None
) -> None:
    """Print a session as Markdown."""
    from wardround.chat.exporting import exported

    folder, _ = _folder(config, profile, assignments)
    sys.stdout.write(exported([one.answer for one in folder.read(name)], "md", name))


@app.command()
def purge(
    names: Annotated[list[str] | None, Argument(help="Sessions to remove.")] = None,
    everything: Annotated[
        bool, Option("--all", help="All sessions, the history of typed lines, and runs that were cut off.")
    ] = False,
    days: Annotated[int | None, Option("--older-than", min=0, metavar="DAYS", help="Sessions not used since.")] = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
) -> None:
    """Remove sessions from this machine; a session that is open is refused.

    Files are deleted, not overwritten: on disks that keep copies, encrypt the folder.
    """
    if not names and not everything and days is None:
        raise BadParameter("say what to remove: names, --older-than DAYS or --all")
    folder, place = _folder(config, profile, assignments)
    summaries = folder.summaries()
    chosen = dict.fromkeys(names or ())
    if everything:
        chosen |= dict.fromkeys(one.name for one in summaries)
    if days is not None:
        limit = datetime.now().astimezone() - timedelta(days=days)
        chosen |= dict.fromkeys(one.name for one in summaries if one.changed_at < limit)
    for name in chosen:
        folder.remove(name)
        sys.stdout.write(f"removed {name}\n")
    if everything:
        folder.forget_lines()
        for path in sorted(place.glob("checkpoints.sqlite*")):
            path.unlink()
        sys.stdout.write("removed the history of typed lines and the runs that were cut off\n")
    elif not chosen:
        sys.stdout.write("there was nothing to remove\n")


def _folder(config: Path | None, profile: str | None, assignments: list[str] | None) -> tuple[SessionFolder, Path]:
    from wardround.chat.sessions import SessionFolder

    settings = settings_from_options(config=config, profile=profile, assignments=assignments).settings
    place = settings.sessions.folder.expanduser()
    return SessionFolder(place), place
