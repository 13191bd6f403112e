"""The loop of a chat: read a line, answer it or obey it, keep what was said."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import NamedTuple, Self

from wardround.agent.answer import Answer
from wardround.answering import StreamingAgent, answer_while_telling
from wardround.chat import explaining
from wardround.chat.lines import Lines
from wardround.chat.screen import Screen
from wardround.chat.sessions import Exchange, Session, SessionFolder
from wardround.errors import InputError, WardroundError


class Command(NamedTuple):
    """What can be typed instead of a question."""

    usage: str
    does: str
    run: Callable[[Dialogue, str], None]


class Dialogue:
    """A conversation with one agent in one session at a time; a context manager, which holds the session.

    Args:
        name: the session to go on with or to begin; None begins one named after the time.
        now: the local time.
    """

    def __init__(
        self,
        agent: StreamingAgent,
        folder: SessionFolder,
        screen: Screen,
        *,
        name: str | None = None,
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._agent = agent
        self._folder = folder
        self._screen = screen
        self._now = now
        self._held = ExitStack()
        self._ended = False
        self._session = self._held.enter_context(folder.open(name or folder.unused_name(now())))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, lines: Lines) -> None:
        """Goes on until the lines end or ``/quit``; what fails is told, and the chat goes on."""
        self._screen.say(f"Session {self._session.name}{_so_far(self._session)}. /help lists the commands.")
        while not self._ended:
            try:
                line = lines.next()
                if line is None:
                    return
                self._obey_or_answer(line.strip())
            except WardroundError as error:
                self._screen.complain(str(error))

    def help(self, _: str) -> None:
        """List the commands."""
        width = max(len(command.usage) for command in COMMANDS.values())
        self._screen.say("\n".join(f"{one.usage:<{width}}  {one.does}" for one in COMMANDS.values()))

    def sources(self, number: str) -> None:
        """List the last answer's sources, or show one with the quoted words marked."""
        answer = self._last_answer()
        self._screen.say(explaining.source(answer, number) if number else explaining.sources(answer))

    def why(self, _: str) -> None:
        """Tell how the last answer came about."""
        self._screen.say(explaining.why(self._last_answer()))

    def sessions(self, _: str) -> None:
        """List the sessions that can be resumed."""
        lines = [
            f"{one.name}: {one.exchanges} questions, last {one.changed_at:%Y-%m-%d %H:%M}"
            for one in self._folder.summaries()
        ]
        self._screen.say("\n".join(lines) or "No session is kept yet.")

    def resume(self, name: str) -> None:
        """Go on with another session."""
        if not self._folder.exists(name):
            raise InputError(f"there is no session {name!r}; /sessions lists them")
        if name == self._session.name:
            raise InputError(f"the session {name!r} is the one that is open")
        with ExitStack() as held:
            session = held.enter_context(self._folder.open(name))
            self._held.close()
            self._held = held.pop_all()
        self._session = session
        self._screen.say(f"Session {name}{_so_far(session)}. Last question: {session.exchanges[-1].answer.question}")

    def quit(self, _: str) -> None:
        """Leave; the session is kept."""
        self._ended = True

    def _obey_or_answer(self, line: str) -> None:
        if line.startswith("/"):
            word, _, argument = line.partition(" ")
            if word not in COMMANDS:
                raise InputError(f"{word}: no such command; /help lists them")
            COMMANDS[word].run(self, argument.strip())
        elif line:
            self._answer(line)

    def _answer(self, question: str) -> None:
        asked_at = self._now().isoformat(timespec="seconds")
        history = [exchange.as_turn() for exchange in self._session.exchanges]
        try:
            with self._screen.answering() as tell:
                answer = answer_while_telling(self._agent, question, tell, history=history)
        except KeyboardInterrupt:
            self._screen.say("Cancelled; asking the same again goes on from the last finished step.")
            return
        self._screen.show(answer)
        self._session.append(Exchange(asked_at, answer))

    def _last_answer(self) -> Answer:
        if not self._session.exchanges:
            raise InputError("nothing was answered in this session yet")
        return self._session.exchanges[-1].answer


COMMANDS = {
    "/help": Command("/help", "list the commands", Dialogue.help),
    "/sources": Command("/sources [NUMBER]", "the last answer's sources, or one in full", Dialogue.sources),
    "/why": Command("/why", "how the last answer came about", Dialogue.why),
    "/sessions": Command("/sessions", "list the sessions that can be resumed", Dialogue.sessions),
    "/resume": Command("/resume NAME", "go on with another session", Dialogue.resume),
    "/quit": Command("/quit", "leave; the session is kept", Dialogue.quit),
}
"""Every command by the word that begins its line."""


def _so_far(session: Session) -> str:
    return f" with {len(session.exchanges)} questions so far" if session.exchanges else ""
