"""The screen of a capable terminal: rounds and words appear while they come, then the answer takes their place."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from wardround.agent.answer import Answer
from wardround.agent.events import Briefed, ClaimVerified, Event, QueryFound, Token
from wardround.agent.rendering import printable
from wardround.chat.screen import Tell
from wardround.commands.progress import progress_lines

_LINES_OF_PROGRESS = 10


class LiveScreen:
    """A screen drawn with rich; texts are never read as its markup."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, text: str) -> None:
        """Prints the text as it is."""
        self._console.print(Text(printable(text)), end="\n\n")

    def complain(self, text: str) -> None:
        """Prints one red line."""
        self._console.print(Text(printable(" ".join(text.split())), style="red"), end="\n\n")

    def show(self, answer: Answer) -> None:
        """Prints the answer as Markdown, as wide as the terminal."""
        self._console.print(Markdown(answer.to_markdown(), hyperlinks=False), end="\n\n")

    @contextmanager
    def answering(self) -> Iterator[Tell]:
        """Draws the newest lines of progress and the end of the draft, and removes them afterwards."""
        progress: list[str] = []
        draft: list[str] = []
        with Live(console=self._console, transient=True, refresh_per_second=8) as live:

            def tell(event: Event) -> None:
                progress.extend(_lines(event))
                if isinstance(event, Token):
                    draft.append(event.text)
                live.update(self._drawing(progress, "".join(draft)))

            yield tell

    def _drawing(self, progress: list[str], draft: str) -> Group:
        room = max(3, self._console.height - _LINES_OF_PROGRESS - 3)
        written = textwrap.wrap(printable(draft), max(20, self._console.width - 1))[-room:]
        return Group(
            Text("\n".join(progress[-_LINES_OF_PROGRESS:]), style="dim", no_wrap=True, overflow="ellipsis"),
            Text("\n".join(written)),
        )


def _lines(event: Event) -> Iterator[str]:
    yield from progress_lines(event)
    match event:
        case QueryFound(query=query, passages=passages, error=None):
            yield f"  {passages} passages: {printable(query)}"
        case Briefed(query=query, text=""):
            yield f"  nothing said about: {printable(query)}"
        case ClaimVerified(verdict=verdict):
            yield f"  claim checked: {verdict}"
        case _:
            pass
