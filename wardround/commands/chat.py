"""``wardround chat``: a conversation in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

from typer import Option

from wardround.commands.options import (
    ConfigOption,
    KOption,
    ModelOption,
    ModeOption,
    ProfileOption,
    QuietOption,
    SetOption,
    settings_from_options,
)

if TYPE_CHECKING:
    from wardround.agent.settings import Settings
    from wardround.chat.completion import Completions
    from wardround.chat.desk import Desk
    from wardround.chat.lines import Lines
    from wardround.chat.screen import Screen
    from wardround.chat.sessions import SessionFolder

EXAMPLES = """Examples:

  wardround chat --session gout

  printf 'How is gout treated?\\n/why\\n' | wardround chat

  wardround chat --plain --model none
"""


def chat(
    session: Annotated[
        str | None, Option("--session", help="Name of the session to resume or begin; default: a new one.")
    ] = None,
    plain: Annotated[
        bool, Option("--plain", help="Lines only, nothing drawn twice: for screen readers and simple terminals.")
    ] = False,
    mode: ModeOption = None,
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
    from wardround.addresses import where_it_goes
    from wardround.chat.desk import open_desk
    from wardround.chat.dialogue import Dialogue
    from wardround.chat.redaction import cleaner
    from wardround.chat.sessions import SessionFolder, checked_name

    if session is not None:
        checked_name(session)  # said before an index is built

    def reset(changes: Mapping[str, str]) -> Settings:
        """The settings as given on the command line, with what was typed in the chat over them."""
        typed = [f"agent.{name}={value}" for name, value in changes.items() if name != "model"]
        given = [f"agent.mode={mode}"] if mode else []
        return settings_from_options(
            config=config,
            profile=profile,
            assignments=[*(assignments or ()), *given, *typed],
            model=changes.get("model", model),
            k=None if "k" in changes else k,
        ).settings

    settings = reset({})
    folder = SessionFolder(settings.sessions.folder)
    cleaned = cleaner(settings.sessions)
    desk = open_desk(settings, reset, quiet=quiet)
    try:
        lines, screen = _lines_and_screen(folder, desk, cleaned, quiet=quiet, plain=plain)
        with Dialogue(desk, folder, screen, name=session, cleaned=cleaned) as dialogue:
            if told := where_it_goes(settings):
                screen.say(f"{told[0].upper()}{told[1:]}.")
            dialogue.run(lines)
    finally:
        desk.close()


def _lines_and_screen(
    folder: SessionFolder, desk: Desk, cleaned: Callable[[str], str], *, quiet: bool, plain: bool
) -> tuple[Lines, Screen]:
    """The best that standard input and output can do, or the plainest where that is wanted."""
    from wardround.chat.lines import PipedLines, PromptedLines
    from wardround.chat.screen import PlainScreen

    by_hand = sys.stdin.isatty() and sys.stdout.isatty()
    if by_hand and not plain and os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
        from rich.console import Console

        from wardround.chat.live_screen import LiveScreen

        return PromptedLines(folder.line_history(), _completions(folder), cleaned), LiveScreen(Console())
    told = PlainScreen(sys.stdout, sys.stderr, progress=sys.stderr.isatty() and not quiet)
    return PipedLines(sys.stdin.buffer, sys.stdout if by_hand else None, sys.stdin.encoding), told


def _completions(folder: SessionFolder) -> Completions:
    """What may follow each command."""
    from wardround.agent.settings import AgentSettings
    from wardround.chat.commands import COMMANDS
    from wardround.chat.completion import PATHS
    from wardround.chat.exporting import FORMS
    from wardround.corpora.evidence_levels import LADDER
    from wardround.retrievers.filters import TYPES
    from wardround.settings_names import allowed

    modes = allowed(AgentSettings.model_fields["mode"]).split(", ")
    follows: dict[str, Callable[[], list[str]] | str] = dict.fromkeys(COMMANDS, list)
    follows |= {
        "/mode": lambda: modes,
        "/export": lambda: list(FORMS),
        "/model": lambda: ["none", "smollm2"],
        "/sources": lambda: ["all"],
        "/attach": PATHS,
        "/filter": lambda: [
            *("year>=", "year<=", "corpus=", "journal=", "language=", "mesh=", "retracted=no", "off"),
            *(f"type={one}" for one in TYPES),
            *(f"evidence={level.word}" for level in LADDER),
        ],
        "/resume": lambda: [one.name for one in folder.summaries()],
    }
    return follows
