"""Passages and replies that the tests of the writing collaborators share."""

import json
import re
from collections.abc import Callable

from wardround.agent.models.protocol import Message, Prompt
from wardround.agent.models.scripted import ScriptedModel
from wardround.agent.records import Evidence, Framed
from wardround.corpora.records import Biblio, Passage
from wardround.retrievers.protocols import Hit

SHOWN_ID = re.compile(r"^\[(p-[0-9a-f]{4})\]", re.MULTILINE)


def passage(number: int, text: str, title: str = "Sepsis guideline") -> Passage:
    """A passage ``g:<number>#0``."""
    return Passage(
        id=f"g:{number}#0",
        document_id=f"g:{number}",
        corpus="g",
        ordinal=0,
        heading=("Treatment",),
        text=text,
        start=0,
        end=len(text),
        biblio=Biblio(title=title, year=2021, organisation="SSC"),
    )


FLUIDS = passage(1, "Give at least 30 mL/kg of crystalloid within the first 3 hours.")
PRESSORS = passage(2, "Noradrenaline is the first-line vasopressor.")
MAP = passage(3, "Target a mean arterial pressure of 65 mmHg.")
QUESTION = "How much fluid is given in septic shock?"
FRAMED = Framed(QUESTION)


def evidence(*passages: Passage) -> list[Evidence]:
    """The passages as evidence, best first."""
    return [Evidence(one, 1.0 / (rank + 1), (QUESTION,)) for rank, one in enumerate(passages)]


def hits(*passages: Passage) -> list[Hit]:
    """The passages as hits, best first."""
    return [Hit(one, 1.0 / rank, rank, "bm25") for rank, one in enumerate(passages, start=1)]


def shown_ids(prompt: Prompt) -> list[str]:
    """The opaque ids in a prompt, in the order shown."""
    return SHOWN_ID.findall(prompt.messages[1].content)


def reply(build: Callable[[list[str]], object]) -> Callable[[Prompt], str]:
    """A scripted reply that is built from the ids the prompt shows."""
    return lambda prompt: json.dumps(build(shown_ids(prompt)))


def user_text(model: ScriptedModel, call: int = 0) -> str:
    """The last message of a call."""
    message: Message = model.calls[call].prompt.messages[-1]
    return message.content


def system_text(model: ScriptedModel, call: int = 0) -> str:
    """The system message of a call."""
    return model.calls[call].prompt.messages[0].content
