"""Commands that change how and where the next questions are answered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wardround.agent.rendering import counted
from wardround.chat.filters import parse_filter
from wardround.errors import InputError
from wardround.retrievers.filters import told
from wardround.retrievers.protocols import EVERYWHERE

if TYPE_CHECKING:
    from wardround.chat.dialogue import Dialogue

_OFF = ("off", "none", "everything")


def restrict(dialogue: Dialogue, text: str) -> None:
    """Searches only what the filter admits; without one says which is in force."""
    if not text:
        dialogue.screen.say(f"Searching {dialogue.desk.state()['filter']}.")
        return
    where = EVERYWHERE if text in _OFF else parse_filter(text)
    count = dialogue.desk.restrict(where)
    left = counted(count, "passage", "passages") if count else "no passages"
    dialogue.screen.say(f"Searching {told(where)}: {left} of the index.")


def mode(dialogue: Dialogue, name: str) -> None:
    """Answers in another way."""
    _change(dialogue, "mode", name)


def k(dialogue: Dialogue, number: str) -> None:
    """Writes from another number of passages."""
    _change(dialogue, "k", number)


def model(dialogue: Dialogue, name: str) -> None:
    """Lets another model write, or none; says where questions go from now on."""
    _change(dialogue, "model", name)
    dialogue.screen.say(f"privacy: {dialogue.desk.state()['privacy']}")


def attach(dialogue: Dialogue, text: str) -> None:
    """Searches a file or folder too; ``keep`` remembers what is attached with the session, ``off`` forgets it."""
    if not text:
        dialogue.screen.say(f"Attached: {dialogue.desk.state()['attached']}.")
    elif text == "off":
        dialogue.desk.detach()
        if dialogue.session.attachments:
            dialogue.session.remember_attachments(())
        dialogue.screen.say("Nothing is attached now.")
    elif text == "keep":
        paths = dialogue.desk.attached()
        if not paths:
            raise InputError("nothing is attached: /attach FILE first")
        dialogue.session.remember_attachments(paths)
        dialogue.screen.say("Attached again whenever this session is resumed; what is cited of it is kept, too.")
    else:
        found = dialogue.desk.attach(Path(text.strip("\"'")))
        for problem in found.problems:
            dialogue.screen.complain(f"not read: {problem}")
        dialogue.screen.say(
            f"Attached: {counted(found.documents, 'document', 'documents')} of "
            f"{counted(found.passages, 'passage', 'passages')}, for this session only; no certificate holds for them."
        )


def _change(dialogue: Dialogue, name: str, value: str) -> None:
    if value:
        dialogue.desk.change(name, value)
    dialogue.screen.say(f"{name}: {dialogue.desk.state()[name]}")
