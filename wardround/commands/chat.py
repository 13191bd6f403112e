"""``wardround chat``: a conversation in the terminal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

from typer import Option

from wardround.commands.options import (
    ConfigOption,
    KOption,
    ModelOption,
    ProfileOption,
    QuietOption,
    SetOption,
    settings_from_options,
)

if TYPE_CHECKING:
    from wardround.chat.lines import Lines
    from wardround.chat.screen import Screen
    from wardround.chat.sessions import SessionFolder


def chat(
    session: Annotated[
        str | None, Option("--session", help="Name of the session to resume or begin; default: a new one.")
    ] = None,
    model: ModelOption = None,
    k: KOption = None,
    profile: ProfileOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask one question after another; later ones may refer to earlier ones.

    Ctrl-C cancels an answer and not the chat. Without a terminal, lines are read from standard input.
    """
    from wardround.chat.dialogue import Dialogue
    from wardround.chat.sessions import SessionFolder
    from wardround.commands.ask import open_agent

    settings = settings_from_options(config=config, profile=profile, assignments=assignments, model=model, k=k).settings
    folder = SessionFolder(settings.sessions.folder)
    lines, screen = _lines_and_screen(folder, quiet=quiet)
    agent = open_agent(settings, quiet=quiet)
    try:
        with Dialogue(agent, folder, screen, name=session) as dialogue:
            dialogue.run(lines)
    finally:
        agent.close()


def _lines_and_screen(folder: SessionFolder, *, quiet: bool) -> tuple[Lines, Screen]:
    """The best that standard input and output can do."""
    from wardround.chat.dialogue import COMMANDS
    from wardround.chat.lines import PipedLines, PromptedLines
    from wardround.chat.screen import PlainScreen

    by_hand = sys.stdin.isatty() and sys.stdout.isatty()
    if by_hand and os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
        from rich.console import Console

        from wardround.chat.live_screen import LiveScreen

        return PromptedLines(folder.line_history(), list(COMMANDS)), LiveScreen(Console())
    plain = PlainScreen(sys.stdout, sys.stderr, progress=sys.stderr.isatty() and not quiet)
    return PipedLines(sys.stdin.buffer, prompt_on=sys.stdout if by_hand else None), plain
