"""Commands about what is kept: sessions, their last exchange, and what is written out of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wardround.agent.rendering import counted
from wardround.chat.exporting import FORMS, exported, written_new
from wardround.errors import InputError

if TYPE_CHECKING:
    from wardround.chat.dialogue import Dialogue


def sessions(dialogue: Dialogue, _: str) -> None:
    """Lists the sessions that can be resumed."""
    lines = [
        f"{one.name}: {counted(one.exchanges, 'question', 'questions')}, last {one.changed_at:%Y-%m-%d %H:%M}"
        for one in dialogue.folder.summaries()
    ]
    dialogue.screen.say("\n".join(lines) or "No session is kept yet.")


def resume(dialogue: Dialogue, name: str) -> None:
    """Goes on with another session."""
    from wardround.chat.dialogue import so_far

    if not dialogue.folder.exists(name):
        raise InputError(f"there is no session {name!r}; /sessions lists them")
    if name == dialogue.session.name:
        raise InputError(f"the session {name!r} is the one that is open")
    dialogue.switch(name)
    last = dialogue.session.exchanges[-1:]
    told = f" Last question: {last[0].answer.question}" if last else ""
    dialogue.screen.say(f"Session {name}{so_far(dialogue.session)}.{told}")
    if dialogue.desk.attached():  # they were attached to the other session
        dialogue.desk.detach()
    dialogue.attach_remembered()


def save(dialogue: Dialogue, name: str) -> None:
    """Gives the session a name; it was kept already."""
    if not name:
        dialogue.screen.say(f"This session is kept as {dialogue.session.name}; /save NAME gives it another name.")
        return
    dialogue.last_answer()
    dialogue.folder.rename(dialogue.session, name)
    dialogue.switch(name)
    dialogue.screen.say(f"This session is kept as {name}.")


def undo(dialogue: Dialogue, _: str) -> None:
    """Forgets the last question and answer."""
    question = dialogue.last_answer().question
    dialogue.session.drop_last()
    dialogue.screen.say(f"Forgotten: {question}")


def retry(dialogue: Dialogue, _: str) -> None:
    """Asks the last question again; the new answer takes the old one's place."""
    dialogue.answer(dialogue.last_answer().question, in_place_of_last=True)


def export(dialogue: Dialogue, text: str) -> None:
    """Writes the session or its references to a file that does not exist yet."""
    form, _, name = text.partition(" ")
    if form not in FORMS:
        raise InputError(f"{form or 'nothing'!r} cannot be exported: write /export {'|'.join(FORMS)} [FILE]")
    dialogue.last_answer()
    path = Path(name.strip()).expanduser() if name.strip() else Path(f"{dialogue.session.name}.{form}")
    answers = [exchange.answer for exchange in dialogue.session.exchanges]
    written_new(path, exported(answers, form, f"Wardround session {dialogue.session.name}"))
    dialogue.screen.say(f"Written to {path}.")
