"""The loop of a chat: read a line, answer it or obey it, keep what was said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Self

from wardround.agent.answer import Answer, Reference
from wardround.agent.rendering import counted
from wardround.answering import answer_while_telling
from wardround.chat.commands import COMMANDS, Command
from wardround.chat.desk import Desk
from wardround.chat.lines import Lines
from wardround.chat.numbering import Numbering
from wardround.chat.screen import Screen
from wardround.chat.sessions import Exchange, Session, SessionFolder
from wardround.errors import InputError, WardroundError


def as_typed(line: str) -> str:
    """The line itself: nothing is taken out of it."""
    return line


class Dialogue:
    """A conversation over one desk in one session at a time; a context manager, which holds the session.

    Args:
        desk: answers, and can be set up otherwise.
        folder: where sessions are kept.
        screen: where everything is shown.
        name: the session to go on with or to begin; None begins one named after the time.
        now: the local time.
        cleaned: takes out of a question what must not be stored, before anybody sees it.
    """

    def __init__(
        self,
        desk: Desk,
        folder: SessionFolder,
        screen: Screen,
        *,
        name: str | None = None,
        now: Callable[[], datetime] = datetime.now,
        cleaned: Callable[[str], str] = as_typed,
    ) -> None:
        self.desk = desk
        self.folder = folder
        self.screen = screen
        self.commands: Mapping[str, Command] = COMMANDS
        self._now = now
        self._cleaned = cleaned
        self._held = ExitStack()
        self._ended = False
        self.session: Session = self._held.enter_context(folder.open(name) if name else folder.begin(now()))
        self._numbering = self._numbering_of(self.session)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, lines: Lines) -> None:
        """Goes on until the lines end or ``/quit``; what fails is told, and the chat goes on."""
        self.screen.say(f"Session {self.session.name}{so_far(self.session)}. /help lists the commands.")
        self.attach_remembered()
        while not self._ended:
            try:
                line = lines.next()
                if line is None:
                    return
                self._obey_or_answer(line.strip())
            except WardroundError as error:
                self.screen.complain(str(error))

    def end(self) -> None:
        """Leaves after the command that is being obeyed."""
        self._ended = True

    def switch(self, name: str) -> None:
        """Goes on in another session; the one before stays as it is on disk."""
        with ExitStack() as held:
            session = held.enter_context(self.folder.open(name))
            self._held.close()
            self._held = held.pop_all()
        self.session = session
        self._numbering = self._numbering_of(session)

    def attach_remembered(self) -> None:
        """Attaches again what the session remembers; what is gone is told."""
        for path in self.session.attachments:
            try:
                self.desk.attach(path)
            except WardroundError as error:
                self.screen.complain(f"not attached again: {error}")

    def answer(self, question: str, *, in_place_of_last: bool = False) -> None:
        """Answers, shows and keeps; Ctrl-C leaves everything as it was.

        Args:
            question: as it was typed.
            in_place_of_last: the last exchange is forgotten once this one is finished.
        """
        asked_at = self._now().isoformat(timespec="seconds")
        exchanges = self.session.exchanges[: -1 if in_place_of_last else None]
        history = [exchange.as_turn() for exchange in exchanges]
        try:
            with self.screen.answering(self._numbering.marks) as tell:
                answer = answer_while_telling(self.desk.agent, self._cleaned(question), tell, history=history)
        except KeyboardInterrupt:
            self.screen.say("Cancelled; asking the same again goes on from the last finished step.")
            return
        answer = self._numbering.applied_to(answer)
        self.screen.show(answer)
        if in_place_of_last:
            self.session.drop_last()
        self.session.append(Exchange(asked_at, answer))

    def last_answer(self) -> Answer:
        """The answer to the last question.

        Raises:
            InputError: nothing was answered yet.
        """
        if not self.session.exchanges:
            raise InputError("nothing was answered in this session yet")
        return self.session.exchanges[-1].answer

    def reference(self, number: str) -> tuple[Answer, Reference]:
        """The source of that number, in the latest answer that cites it.

        Raises:
            InputError: no answer of the session has it.
        """
        self.last_answer()
        for exchange in reversed(self.session.exchanges):
            for reference in exchange.answer.references:
                if str(reference.number) == number.strip("[]"):
                    return exchange.answer, reference
        raise InputError(f"there is no source {number!r} in this session; /sources all lists them")

    def _obey_or_answer(self, line: str) -> None:
        if line.startswith("/"):
            word, _, argument = line.partition(" ")
            if word not in self.commands:
                raise InputError(f"{word}: no such command; /help lists them")
            try:
                self.commands[word].run(self, argument.strip())
            except KeyboardInterrupt:
                self.screen.say("Cancelled.")
        elif line:
            self.answer(line)

    def _numbering_of(self, session: Session) -> Numbering:
        return Numbering(exchange.answer for exchange in session.exchanges)


def so_far(session: Session) -> str:
    """How much of a session there is, to follow its name; empty for a new one."""
    asked = len(session.exchanges)
    return f" with {counted(asked, 'question', 'questions')} so far" if asked else ""
